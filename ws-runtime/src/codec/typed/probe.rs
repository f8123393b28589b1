//! What is given to a type to learn how far it reads, see [`super::blame`].

use serde::{Deserializer, de::Visitor, forward_to_deserialize_any};

use super::error::Refused;

/// What becomes of the text from some place on.
///
/// Places are counted in the order of the text: each value that has no others in it, and each end of an array or object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Probe {
    /// All of it is read.
    Nothing,
    /// From this place on, who does not say what is wanted gets values that no type takes, and each array and object that has
    /// not ended has one more of them. An object has it under a key that it has already.
    From(usize, Again),
    /// Reading fails here, so that the error says where this is.
    At(usize),
}

/// Which key of an object is repeated: a tag, which serde looks at at once, would keep it from looking at the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    First,
    Last,
}

/// Newtypes within newtypes, more of them than a type has: serde can keep them for later as it keeps JSON, and whoever
/// then asks for something that JSON has refuses them.
pub(super) struct Unheard(u8);

impl Unheard {
    pub(super) fn new() -> Self {
        Self(16)
    }
}

impl<'de> Deserializer<'de> for Unheard {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.0 {
            0 => visitor.visit_unit(),
            depth => visitor.visit_newtype_struct(Self(depth - 1)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
