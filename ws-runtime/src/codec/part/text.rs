//! Deserializers that parse a text as the type requests.

use std::borrow::Cow;

use serde::{
    Deserializer,
    de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor},
    forward_to_deserialize_any,
};
use serde_json::Value;

use crate::{
    codec::typed::{Key, RAW_VALUE, Raw, TypeError, Wish, visit},
    schema::{Numeral, Step},
};

/// A text, and the JSON value into which the schema converts it.
#[derive(Clone, Copy, Debug)]
pub(super) struct PartText<'t> {
    written: &'t str,
    form: Form<'t>,
    /// The form of a number for a type that accepts any kind of value.
    wish: Wish,
}

/// The JSON value of a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form<'t> {
    Null,
    Bool(bool),
    Number(Numeral<'t>),
    String,
}

/// The values of one name.
#[derive(Debug)]
pub(super) enum Given<'t> {
    One(PartText<'t>),
    List(Vec<PartText<'t>>),
}

impl<'t> PartText<'t> {
    pub(super) fn new(text: &'t str, form: Form<'t>, wish: Wish) -> Self {
        Self { written: text, form, wish }
    }

    pub(super) fn value(&self) -> Value {
        match self.form {
            Form::Null => Value::Null,
            Form::Bool(value) => value.into(),
            Form::Number(numeral) => numeral.value().into(),
            Form::String => self.written.into(),
        }
    }

    fn json(&self) -> Cow<'t, str> {
        match self.form {
            Form::Null => "null".into(),
            Form::Bool(_) | Form::Number(_) => self.written.into(),
            Form::String => Value::from(self.written).to_string().into(),
        }
    }
}

impl From<&Given<'_>> for Value {
    fn from(given: &Given<'_>) -> Self {
        match given {
            Given::One(text) => text.value(),
            Given::List(texts) => texts.iter().map(PartText::value).collect(),
        }
    }
}

macro_rules! numbers {
    ($($method:ident: $wish:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
            match Numeral::parse(self.written) {
                Some(numeral) => visit(numeral, Wish::$wish, visitor),
                None => self.deserialize_any(visitor),
            }
        }
    )*};
}

macro_rules! strings {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
            visitor.visit_borrowed_str(self.written)
        }
    )*};
}

impl<'de> Deserializer<'de> for PartText<'de> {
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

    strings! {
        deserialize_char
        deserialize_str
        deserialize_string
        deserialize_bytes
        deserialize_byte_buf
        deserialize_identifier
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match self.form {
            Form::Null => visitor.visit_unit(),
            Form::Bool(value) => visitor.visit_bool(value),
            Form::Number(numeral) => visit(numeral, self.wish, visitor),
            Form::String => visitor.visit_borrowed_str(self.written),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match self.written {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match self.form {
            Form::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        if name == RAW_VALUE {
            return visitor.visit_map(Raw(Some(self.json())));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        visitor.visit_enum(self.written.into_deserializer())
    }

    forward_to_deserialize_any! {
        unit unit_struct seq tuple tuple_struct map struct ignored_any
    }
}

macro_rules! one_or_list {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, TypeError> {
            match self {
                Given::One(text) => text.$method($($argument,)* visitor),
                Given::List(texts) => visitor.visit_seq(PartItems(texts.iter().enumerate())),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for &Given<'de> {
    type Error = TypeError;

    one_or_list! {
        deserialize_any()
        deserialize_bool()
        deserialize_i8()
        deserialize_i16()
        deserialize_i32()
        deserialize_i64()
        deserialize_i128()
        deserialize_u8()
        deserialize_u16()
        deserialize_u32()
        deserialize_u64()
        deserialize_u128()
        deserialize_f32()
        deserialize_f64()
        deserialize_char()
        deserialize_str()
        deserialize_string()
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_unit()
        deserialize_unit_struct(name: &'static str)
        deserialize_seq()
        deserialize_tuple(len: usize)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier()
        deserialize_ignored_any()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match self {
            Given::One(text) => text.deserialize_option(visitor),
            Given::List(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        match self {
            Given::One(text) => text.deserialize_newtype_struct(name, visitor),
            Given::List(_) if name == RAW_VALUE => {
                visitor.visit_map(Raw(Some(Value::from(self).to_string().into())))
            }
            Given::List(_) => visitor.visit_newtype_struct(self),
        }
    }
}

/// Access to the values of one name.
struct PartItems<'g, 'de>(std::iter::Enumerate<std::slice::Iter<'g, PartText<'de>>>);

impl<'de> SeqAccess<'de> for PartItems<'_, 'de> {
    type Error = TypeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, TypeError> {
        let Some((index, text)) = self.0.next() else { return Ok(None) };
        seed.deserialize(*text).map(Some).map_err(|error| error.below(|| Step::Index(index)))
    }
}

/// Access to the values of all names, for a struct or a map.
pub(super) struct PartMembers<'g, 'de> {
    members: std::slice::Iter<'g, (&'de str, Given<'de>)>,
    member: Option<&'g (&'de str, Given<'de>)>,
}

impl<'g, 'de> PartMembers<'g, 'de> {
    pub(super) fn new(members: &'g [(&'de str, Given<'de>)]) -> Self {
        Self { members: members.iter(), member: None }
    }
}

impl<'de> MapAccess<'de> for PartMembers<'_, 'de> {
    type Error = TypeError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, TypeError> {
        self.member = self.members.next();
        self.member.map(|(name, _)| seed.deserialize(Key(Cow::Borrowed(name)))).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, TypeError> {
        let (name, given) = self.member.ok_or_else(TypeError::new)?;
        seed.deserialize(given).map_err(|error| error.below(|| Step::Key((*name).to_owned())))
    }
}

impl<'de> Deserializer<'de> for PartMembers<'_, 'de> {
    type Error = TypeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        visitor.visit_map(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}
