//! Replacement values that reveal how far a type reads, see [`super::blame`].

use serde::{Deserializer, de::Visitor, forward_to_deserialize_any};

use super::error::TypeError;

/// The treatment of the text from some position on.
///
/// Positions are counted in the order of the text: each scalar, and each end of an array or object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cutoff {
    /// The whole text is read.
    Nothing,
    /// From this position on, requests for any value get values that no type accepts, and each unfinished array and
    /// object has one more of them. In an object it repeats an existing key.
    From(usize, Again),
    /// Reading fails here, so that the error reports the path.
    At(usize),
}

/// Selects the repeated key: a tag, which serde reads immediately, would hide the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    First,
    Last,
}

/// More nested newtypes than any type has: serde can buffer them like JSON, and a later request for a JSON value
/// rejects them.
pub(super) struct Unheard(u8);

impl Unheard {
    pub(super) fn new() -> Self {
        Self(16)
    }
}

impl<'de> Deserializer<'de> for Unheard {
    type Error = TypeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
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
