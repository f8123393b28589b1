//! A deserializer of JSON text that keeps numbers exact and raw values verbatim, and that reports the path of a
//! rejected value.

use std::borrow::Cow;

use serde::{
    Deserializer,
    de::{DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor},
};

use super::{
    RAW_VALUE,
    error::TypeError,
    key::Key,
    number::{Wish, numbers, visit},
    probe::{Cutoff, RepeatedKey, Unacceptable},
    raw::Raw,
};
use crate::schema::{Lexer, NotJson, Numeral, Step, ValueKind};

/// A JSON text that is being read as a type.
pub(super) struct JsonReader<'de> {
    lexer: Lexer<'de>,
    /// The form of numbers for requests that accept any kind of value.
    wish: Wish,
    probe: Cutoff,
    positions: usize,
    otherwise: Option<Wish>,
    /// The end of a key in the text, and the number of positions passed before it.
    mark: usize,
    marked: Option<usize>,
}

/// The action to take at a position.
enum Visit {
    Read,
    Probe,
}

impl<'de> JsonReader<'de> {
    pub(super) fn new(text: &'de str, wish: Wish, probe: Cutoff) -> Self {
        Self { lexer: Lexer::new(text), wish, probe, positions: 0, otherwise: None, mark: 0, marked: None }
    }

    /// Reads up to a key, which ends at an offset of the text, and further if the type permits.
    pub(super) fn marking(self, mark: usize) -> Self {
        Self { mark, ..self }
    }

    /// The number of positions passed before the marked key.
    pub(super) fn marked(&self) -> Option<usize> {
        self.marked
    }

    /// Returns the number of positions passed so far.
    pub(super) fn positions(&self) -> usize {
        self.positions
    }

    /// Returns the other form of numbers that would change a value read so far; `None` if there is no such value.
    pub(super) fn otherwise(&self) -> Option<Wish> {
        self.otherwise
    }

    pub(super) fn end(&mut self) -> Result<(), NotJson> {
        self.lexer.end()
    }

    /// Advances past a position and returns the action to take there.
    fn next_position(&mut self) -> Result<Visit, TypeError> {
        let position = self.positions;
        self.positions += 1;
        match self.probe {
            Cutoff::At(at) if at == position => Err(TypeError::probed().exactly()),
            Cutoff::From(from, _) if from <= position => Ok(Visit::Probe),
            _ => Ok(Visit::Read),
        }
    }

    /// Reads a value whose kind the type requested. serde requests a kind unless it buffers the value.
    fn wanted<V: Visitor<'de>>(&mut self, wish: Wish, visitor: V) -> Result<V::Value, TypeError> {
        self.value(wish, true, visitor)
    }

    fn value<V: Visitor<'de>>(
        &mut self,
        wish: Wish,
        requested: bool,
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        let kind = self.lexer.peek()?;
        match kind {
            ValueKind::Array => {
                self.lexer.open()?;
                let mut items = Items { reader: self, index: 0, ended: false, probed: false };
                let value = visitor.visit_seq(&mut items)?;
                // A tuple does not look for the end after its last item.
                if items.ended || items.advance()?.is_none() { Ok(value) } else { Err(TypeError::probed()) }
            }
            ValueKind::Object => {
                self.lexer.open()?;
                let mut members = Members::new(self);
                let value = visitor.visit_map(&mut members)?;
                if members.ended || members.advance()?.is_none() {
                    Ok(value)
                } else {
                    Err(TypeError::probed())
                }
            }
            _ => match self.next_position()? {
                Visit::Probe if !requested => {
                    self.lexer.skip()?;
                    Unacceptable::new().deserialize_any(visitor)
                }
                Visit::Read | Visit::Probe => self.scalar(kind, wish, visitor).map_err(TypeError::exactly),
            },
        }
    }

    fn scalar<V: Visitor<'de>>(
        &mut self,
        kind: ValueKind,
        wish: Wish,
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        match kind {
            ValueKind::Null => {
                self.lexer.null()?;
                visitor.visit_unit()
            }
            ValueKind::Bool => visitor.visit_bool(self.lexer.bool()?),
            ValueKind::Number => {
                let numeral = self.lexer.number()?;
                self.note(numeral, wish);
                visit(numeral, wish, visitor)
            }
            _ => match self.lexer.string()? {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
        }
    }
}

impl JsonReader<'_> {
    fn note(&mut self, numeral: Numeral<'_>, wish: Wish) {
        let signed_zero = numeral.is_signed_zero();
        let otherwise = match wish {
            Wish::AsWritten | Wish::Integral if signed_zero => Wish::Unsigned,
            Wish::AsWritten if !numeral.is_plain() && numeral.integer().is_some() => Wish::Integral,
            _ => return,
        };
        // If both forms would change a value, the one with the smaller change is tried first.
        if self.otherwise != Some(Wish::Integral) {
            self.otherwise = Some(otherwise);
        }
    }
}

macro_rules! requested {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, TypeError> {
            $(let _ = $argument;)*
            self.wanted(self.wish, visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut JsonReader<'de> {
    type Error = TypeError;

    numbers!(wanted);

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        self.value(self.wish, false, visitor)
    }

    requested! {
        deserialize_bool()
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
        deserialize_identifier()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        if self.lexer.peek()? != ValueKind::Null {
            return visitor.visit_some(self);
        }
        self.next_position()?;
        self.lexer.null()?;
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        if name != RAW_VALUE {
            return visitor.visit_newtype_struct(self);
        }
        self.next_position()?;
        let text = self.lexer.skip()?;
        visitor.visit_map(Raw(Some(text.into()))).map_err(TypeError::exactly)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        match self.lexer.peek()? {
            ValueKind::Object => {
                self.lexer.open()?;
                let mut members = Members::new(self);
                let value = visitor.visit_enum(&mut members)?;
                if members.advance()?.is_none() { Ok(value) } else { Err(TypeError::new()) }
            }
            ValueKind::String => {
                self.next_position()?;
                let name = self.lexer.string()?;
                visitor.visit_enum(name.into_deserializer()).map_err(TypeError::exactly)
            }
            _ => Err(TypeError::new()),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        self.next_position()?;
        self.lexer.skip()?;
        visitor.visit_unit()
    }
}

/// Access to the items of an array.
struct Items<'r, 'de> {
    reader: &'r mut JsonReader<'de>,
    index: usize,
    ended: bool,
    /// True if the type has been given one more item than the text has.
    probed: bool,
}

impl Items<'_, '_> {
    /// Advances to the next item. Returns true if the text has it, false if it is a probe, and `None` at the end.
    fn advance(&mut self) -> Result<Option<bool>, TypeError> {
        if self.probed {
            return Ok(None);
        }
        if self.reader.lexer.item(self.index == 0)? {
            return Ok(Some(true));
        }
        self.ended = true;
        match self.reader.next_position()? {
            Visit::Read => Ok(None),
            Visit::Probe => {
                self.probed = true;
                Ok(Some(false))
            }
        }
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = TypeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, TypeError> {
        match self.advance()? {
            None => Ok(None),
            Some(false) => seed.deserialize(Unacceptable::new()).map(Some),
            Some(true) => {
                let index = self.index;
                self.index += 1;
                let item = seed.deserialize(&mut *self.reader);
                item.map(Some).map_err(|error| error.below(|| Step::Index(index)))
            }
        }
    }
}

/// Access to the members of an object.
struct Members<'r, 'de> {
    reader: &'r mut JsonReader<'de>,
    /// The number of members so far.
    count: usize,
    ended: bool,
    first_key: Option<Cow<'de, str>>,
    last_key: Option<Cow<'de, str>>,
    /// True if the type has been given one more member than the text has.
    probed: bool,
}

impl<'r, 'de> Members<'r, 'de> {
    fn new(reader: &'r mut JsonReader<'de>) -> Self {
        Self { reader, count: 0, ended: false, first_key: None, last_key: None, probed: false }
    }

    /// Advances to the next member and returns its key, or `None` at the end.
    fn advance(&mut self) -> Result<Option<Cow<'de, str>>, TypeError> {
        if self.probed {
            return Ok(None);
        }
        if let Some(key) = self.reader.lexer.key(self.count == 0)? {
            if self.count == 0 {
                self.first_key = Some(key.clone());
            }
            self.count += 1;
            if self.reader.lexer.offset() == self.reader.mark {
                self.reader.marked = Some(self.reader.positions);
            }
            self.last_key = Some(key.clone());
            return Ok(Some(key));
        }
        self.ended = true;
        match self.reader.next_position()? {
            Visit::Read => Ok(None),
            Visit::Probe => {
                self.probed = true;
                let key = match self.reader.probe {
                    Cutoff::From(_, RepeatedKey::First) => self.first_key.take(),
                    _ => self.last_key.take(),
                };
                Ok(Some(key.unwrap_or_default()))
            }
        }
    }

    fn below(&self, error: TypeError) -> TypeError {
        error.below(|| Step::Key(self.last_key.as_deref().unwrap_or_default().to_owned()))
    }
}

impl<'de> MapAccess<'de> for &mut Members<'_, 'de> {
    type Error = TypeError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, TypeError> {
        match self.advance()? {
            // The key of a map is input of the peer, so the path ends at the map.
            Some(key) => seed.deserialize(Key(key)).map(Some).map_err(|error| error.of_key(self.count)),
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, TypeError> {
        if self.probed {
            return seed.deserialize(Unacceptable::new());
        }
        seed.deserialize(&mut *self.reader).map_err(|error| self.below(error))
    }
}

/// Reads the only member of an externally tagged enum.
impl<'de> EnumAccess<'de> for &mut Members<'_, 'de> {
    type Error = TypeError;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), TypeError> {
        let name = self.advance()?.ok_or_else(TypeError::new)?;
        Ok((seed.deserialize(Key(name)).map_err(TypeError::exactly)?, self))
    }
}

impl<'de> VariantAccess<'de> for &mut Members<'_, 'de> {
    type Error = TypeError;

    fn unit_variant(self) -> Result<(), TypeError> {
        Err(TypeError::new())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, TypeError> {
        seed.deserialize(&mut *self.reader).map_err(|error| self.below(error))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, TypeError> {
        self.reader.deserialize_tuple(len, visitor).map_err(|error| self.below(error))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        self.reader.deserialize_struct("", fields, visitor).map_err(|error| self.below(error))
    }
}
