//! Replacement values that reveal how far a type reads; see [`super::blame`].

use serde::{Deserializer, de::Visitor, forward_to_deserialize_any};

use super::error::TypeError;

/// The position from which a text is read differently.
///
/// Positions are counted in the order of the text: each scalar, and each end of an array or object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cutoff {
    /// The complete text is read unchanged.
    Nothing,
    /// From this position on, a request for any kind of value gets one that no type accepts. Each unfinished array and
    /// object gets one more such value, in an object under a repeated key.
    From(usize, RepeatedKey),
    /// Reading fails at this position, so that the error contains its path.
    At(usize),
}

/// The key that a probe repeats. Both are tried: a tag, which serde reads immediately, would hide the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RepeatedKey {
    First,
    Last,
}

/// A value that no type accepts: more nested newtypes than any type has. serde can buffer it like JSON, and a type that
/// later requests a JSON value rejects it.
pub(super) struct Unacceptable(u8);

impl Unacceptable {
    pub(super) fn new() -> Self {
        Self(16)
    }
}

impl<'de> Deserializer<'de> for Unacceptable {
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
