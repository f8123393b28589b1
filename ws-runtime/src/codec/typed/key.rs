//! Deserializes the key of an object as the key type of a map.

use std::borrow::Cow;

use serde::{
    Deserializer,
    de::{IntoDeserializer, Visitor},
    forward_to_deserialize_any,
};

use super::{
    error::TypeError,
    number::{Wish, visit},
};
use crate::schema::Numeral;

/// A key as a deserializer. A type that requests a number or a bool gets the parsed key.
pub(in crate::codec) struct Key<'de>(pub(in crate::codec) Cow<'de, str>);

macro_rules! numbers {
    ($($method:ident: $wish:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
            match Numeral::parse(&self.0) {
                Some(numeral) => visit(numeral, Wish::$wish, visitor),
                None => self.deserialize_any(visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = TypeError;

    numbers! {
        deserialize_i8: Integer
        deserialize_i16: Integer
        deserialize_i32: Integer
        deserialize_i64: Integer
        deserialize_i128: Integer
        deserialize_u8: Integer
        deserialize_u16: Integer
        deserialize_u32: Integer
        deserialize_u64: Integer
        deserialize_u128: Integer
        deserialize_f32: Single
        deserialize_f64: Double
    }

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
