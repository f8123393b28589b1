//! Raw values: JSON values that are passed on as text, verbatim.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, value::BorrowedStrDeserializer};

use super::{RAW_VALUE, error::TypeError};

/// The text of a value, in the form in which `serde_json` passes it to a raw value. `None` after it was read.
pub(in crate::codec) struct Raw<'de>(pub(in crate::codec) Option<Cow<'de, str>>);

impl<'de> MapAccess<'de> for Raw<'de> {
    type Error = TypeError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, TypeError> {
        match self.0 {
            Some(_) => seed.deserialize(BorrowedStrDeserializer::new(RAW_VALUE)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, TypeError> {
        match self.0.take() {
            Some(Cow::Borrowed(text)) => seed.deserialize(BorrowedStrDeserializer::new(text)),
            Some(Cow::Owned(text)) => seed.deserialize(text.into_deserializer()),
            None => Err(TypeError::new()),
        }
    }
}
