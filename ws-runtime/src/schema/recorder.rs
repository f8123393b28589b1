//! Records the names that a type reads, by running its `Deserialize`.
//!
//! schemars does not report serde's `alias` and `other`. The recorder is a deserializer without a value. It leads a
//! type to the value at one path, records what the type requests there, and fails. Two names belong to one field if the
//! type treats them alike.

use std::{
    cell::RefCell,
    collections::hash_map::DefaultHasher,
    fmt,
    hash::{Hash, Hasher},
    mem,
};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor},
};
use serde_json::Value;

use super::key::RecordedKey;
use crate::panics::catch;

/// A step of a path through a type.
#[derive(Clone, Debug)]
pub(super) enum Go {
    /// A step to the value of this key.
    Key(String),
    /// A step to the content of this externally tagged variant.
    Variant(String),
    /// A step to the item of an array after these items.
    Item(Vec<Value>),
    /// A step to the content after a tag. Contains the key and the value of the tag, and the key of the content.
    Content(String, String, String),
}

/// The input at the end of the path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Give<'a> {
    Nothing,
    /// An object with this key.
    Key(&'a str),
    /// The name of this variant.
    Variant(&'a str),
    /// An object that has only the tag, with this value.
    Tag(&'a str, &'a str),
}

/// How a type read the value at a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) asked: Option<Asked>,
    /// A hash of the identifier into which the type converted the given name. It is equal for all names of one field or
    /// variant. `None` if the name was rejected or not read.
    pub(super) made: Option<u64>,
    /// The names that the type expects instead of the given one, if it reported them.
    pub(super) instead: Option<&'static [&'static str]>,
    /// True if the type rejects objects.
    pub(super) no_object: bool,
    /// True if the type read the key of an object as a type that JSON keys cannot have.
    pub(super) no_key: bool,
}

/// The kind of value that a type requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A struct with these field names.
    Struct(&'static [&'static str]),
    /// An enum with these variant names.
    Enum(&'static [&'static str]),
    Map,
    Seq,
    /// A value of any kind, which serde buffers.
    Any,
    Other,
}

/// Leads a type along a path and returns how it read the value at the end.
pub(super) type Probe = fn(&[Go], Give<'_>) -> Seen;

pub(super) fn probe<T: Deserialize<'static>>(path: &[Go], give: Give<'_>) -> Seen {
    let seen = RefCell::default();
    // A `Deserialize` that panics yields no names. The panic is reported when a message causes it.
    let read = catch(|| T::deserialize(Recorder { path, give, seen: &seen })).unwrap_or(Err(Stop::default()));
    let mut seen = seen.into_inner();
    if let Err(Stop { instead, no_object }) = read {
        seen.instead = seen.instead.or(instead);
        seen.no_object = no_object;
    }
    seen
}

/// The reason why reading stopped.
#[derive(Debug, Default)]
pub(super) struct Stop {
    instead: Option<&'static [&'static str]>,
    no_object: bool,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("recorded")
    }
}

impl std::error::Error for Stop {}

impl de::Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::default()
    }

    fn invalid_type(found: Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self { no_object: found == Unexpected::Map, ..Self::default() }
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self { instead: Some(expected), ..Self::default() }
    }
}

#[derive(Clone, Copy)]
struct Recorder<'a> {
    path: &'a [Go],
    give: Give<'a>,
    seen: &'a RefCell<Seen>,
}

impl<'a> Recorder<'a> {
    /// Records a request if the end of the path is reached.
    fn asked(&self, asked: Asked) {
        if self.path.is_empty() {
            self.seen.borrow_mut().asked.get_or_insert(asked);
        }
    }

    fn made<T>(&self, value: &T) {
        let mut hasher = DefaultHasher::new();
        mem::discriminant(value).hash(&mut hasher);
        self.seen.borrow_mut().made = Some(hasher.finish());
    }

    fn object<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let keys: Vec<(&'a str, Option<&'a str>, usize)> = match (self.path.first(), self.give) {
            (Some(Go::Key(key)), _) => vec![(key, None, 1)],
            (Some(Go::Content(tag, name, content)), _) => vec![(tag, Some(name), 1), (content, None, 1)],
            (None, Give::Key(key)) => vec![(key, None, 0)],
            (None, Give::Tag(tag, name)) => vec![(tag, Some(name), 0)],
            _ => return Err(Stop::default()),
        };
        visitor.visit_map(Object { recorder: self, keys: keys.into_iter(), next: None })
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        match self.path.first() {
            Some(Go::Item(before)) => {
                visitor.visit_seq(List { recorder: self, before: before.iter(), done: false })
            }
            _ => Err(Stop::default()),
        }
    }

    fn deeper(self) -> Self {
        Self { path: self.path.get(1..).unwrap_or_default(), ..self }
    }
}

macro_rules! nothing {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $(_: $type,)* _: V) -> Result<V::Value, Stop> {
            self.asked(Asked::Other);
            Err(Stop::default())
        }
    )*};
}

impl<'de> Deserializer<'de> for Recorder<'_> {
    type Error = Stop;

    nothing! {
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128() deserialize_f32()
        deserialize_f64() deserialize_char() deserialize_str() deserialize_string() deserialize_bytes()
        deserialize_byte_buf() deserialize_unit() deserialize_unit_struct(name: &'static str) deserialize_identifier()
        deserialize_ignored_any()
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.asked(Asked::Any);
        self.object(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.asked(Asked::Seq);
        self.list(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.asked(Asked::Map);
        self.object(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.asked(Asked::Struct(fields));
        self.object(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.asked(Asked::Enum(variants));
        match (self.path.first(), self.give) {
            (Some(Go::Variant(name)), _) => visitor.visit_enum(Variant { recorder: self.deeper(), name }),
            (None, Give::Variant(name)) => visitor.visit_enum(Variant { recorder: self, name }),
            _ => Err(Stop::default()),
        }
    }
}

/// An object with a few keys. The value of each key is a string or the input of the recorder.
struct Object<'a> {
    recorder: Recorder<'a>,
    keys: std::vec::IntoIter<(&'a str, Option<&'a str>, usize)>,
    next: Option<(Option<&'a str>, usize)>,
}

impl<'de> MapAccess<'de> for Object<'_> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Stop> {
        let Some((key, text, steps)) = self.keys.next() else { return Ok(None) };
        let made = seed.deserialize(RecordedKey { text: key, seen: self.recorder.seen })?;
        if steps == 0 && text.is_none() {
            self.recorder.made(&made);
            return Err(Stop::default());
        }
        self.next = Some((text, steps));
        Ok(Some(made))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Stop> {
        match self.next.take() {
            Some((Some(text), steps)) => {
                let made = seed.deserialize(RecordedKey { text, seen: self.recorder.seen })?;
                if steps == 0 {
                    self.recorder.made(&made);
                }
                Ok(made)
            }
            Some((None, _)) => seed.deserialize(self.recorder.deeper()),
            None => Err(Stop::default()),
        }
    }
}

/// An array whose last item is the input of the recorder.
struct List<'a> {
    recorder: Recorder<'a>,
    before: std::slice::Iter<'a, Value>,
    done: bool,
}

impl<'de> SeqAccess<'de> for List<'_> {
    type Error = Stop;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Stop> {
        if let Some(value) = self.before.next() {
            return seed.deserialize(value.clone()).map(Some).map_err(|_| Stop::default());
        }
        if mem::replace(&mut self.done, true) {
            return Err(Stop::default());
        }
        seed.deserialize(self.recorder.deeper()).map(Some)
    }
}

struct Variant<'a> {
    recorder: Recorder<'a>,
    name: &'a str,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Stop;
    type Variant = Inside<'a>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Inside<'a>), Stop> {
        let made = seed.deserialize(RecordedKey { text: self.name, seen: self.recorder.seen })?;
        if matches!(self.recorder.give, Give::Variant(_)) && self.recorder.path.is_empty() {
            self.recorder.made(&made);
            return Err(Stop::default());
        }
        Ok((made, Inside(self.recorder)))
    }
}

/// Access to the content of a variant.
struct Inside<'a>(Recorder<'a>);

impl<'de> VariantAccess<'de> for Inside<'_> {
    type Error = Stop;

    fn unit_variant(self) -> Result<(), Stop> {
        Err(Stop::default())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Stop> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Stop> {
        self.0.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.0.deserialize_struct("", fields, visitor)
    }
}
