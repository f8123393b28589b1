//! Deserializes the key of an object as the key type of a map.

use std::borrow::Cow;

use serde::{
    Deserializer,
    de::{IntoDeserializer, Visitor},
    forward_to_deserialize_any,
};

use super::{
    error::TypeError,
    number::{Wish, numbers, visit},
};
use crate::schema::Numeral;

/// A key as a deserializer. A type that requests a number or a bool gets the parsed key.
pub(in crate::codec) struct Key<'de>(pub(in crate::codec) Cow<'de, str>);

impl<'de> Key<'de> {
    fn number<V: Visitor<'de>>(self, wish: Wish, visitor: V) -> Result<V::Value, TypeError> {
        match Numeral::parse(&self.0) {
            Some(numeral) => visit(numeral, wish, visitor),
            None => self.deserialize_any(visitor),
        }
    }
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = TypeError;

    numbers!(number);

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match self.0 {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match &*self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
