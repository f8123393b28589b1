//! The deserializer and the visitor that check each token against a shape.

use std::fmt;

use serde::de::{self, Deserializer, EnumAccess, MapAccess, SeqAccess, Visitor};

use super::{
    access::{StrictItems, StrictMembers},
    variant::Variants,
};
use crate::{
    codec::typed::RAW_VALUE,
    schema::{Spot, Token},
};

/// Wraps a deserializer or a visitor, and rejects tokens that the shape does not permit at its position.
#[derive(Clone, Copy)]
pub(in crate::codec) struct Strict<'p, I> {
    pub(super) inner: I,
    pub(super) spot: Spot<'p>,
}

impl<'p, I> Strict<'p, I> {
    pub(in crate::codec) fn new(inner: I, spot: Spot<'p>) -> Self {
        Self { inner, spot }
    }

    /// Returns a visitor at the same position.
    fn visitor<V>(&self, visitor: V) -> Strict<'p, V> {
        Strict::new(visitor, self.spot)
    }
}

/// Rejects a token. No reason is given, because the slow path reads the text again and explains the errors.
#[cold]
pub(super) fn refuse<T, E: de::Error>() -> Result<T, E> {
    Err(E::custom("rejected by the fast path"))
}

/// Forwards requests unchanged, because text deserializers use them to read numbers, bytes and raw values.
macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            let visitor = self.visitor(visitor);
            self.inner.$method($($argument,)* visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<'_, D> {
    type Error = D::Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        // serde may buffer the number as a double. Rounding it to a single first makes the later conversion exact, so
        // it is rounded once and not twice.
        if self.spot.is_single() {
            let visitor = self.visitor(visitor);
            return self.inner.deserialize_f32(visitor);
        }
        let visitor = self.visitor(visitor);
        self.inner.deserialize_any(visitor)
    }

    forward! {
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
        deserialize_f64()
        deserialize_char()
        deserialize_str()
        deserialize_string()
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_option()
        deserialize_unit()
        deserialize_unit_struct(name: &'static str)
        deserialize_seq()
        deserialize_tuple(len: usize)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_identifier()
    }

    /// A raw value needs the original text, which only the slow path has.
    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        if name == RAW_VALUE {
            return refuse();
        }
        let visitor = self.visitor(visitor);
        self.inner.deserialize_newtype_struct(name, visitor)
    }

    /// A single with limits is read as a double, because its limits are doubles, and is rounded afterwards.
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        if self.spot.is_single() {
            let visitor = self.visitor(visitor);
            return self.inner.deserialize_f32(visitor);
        }
        self.inner.deserialize_f64(Strict::new(F32Visitor(visitor), self.spot))
    }

    /// Content that the type ignores is still validated.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.deserialize_any(visitor)
    }

    /// An enum is requested as any value: if it were requested as an enum, a text deserializer would accept `{"unit":
    /// null}` for `"unit"` unnoticed.
    #[inline]
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let spot = self.spot;
        self.inner.deserialize_any(Variants { visitor, spot })
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

impl<'de, V: Visitor<'de>> Strict<'_, V> {
    #[inline]
    fn number<E: de::Error>(self, token: Token) -> Result<V::Value, E> {
        if !self.spot.number(token) {
            return refuse();
        }
        match token {
            Token::Unsigned(value) => self.inner.visit_u64(value),
            Token::Signed(value) => self.inner.visit_i64(value),
            Token::Float(value) => self.inner.visit_f64(value),
        }
    }
}

/// The default methods of the trait reject types that JSON lacks (bytes, 128-bit integers).
impl<'de, V: Visitor<'de>> Visitor<'de> for Strict<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<V::Value, E> {
        if self.spot.boolean() { self.inner.visit_bool(value) } else { refuse() }
    }

    #[inline]
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.number(Token::Signed(value))
    }

    #[inline]
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.number(Token::Unsigned(value))
    }

    #[inline]
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<V::Value, E> {
        self.number(Token::Float(value))
    }

    #[inline]
    fn visit_str<E: de::Error>(self, text: &str) -> Result<V::Value, E> {
        if self.spot.string(text) { self.inner.visit_str(text) } else { refuse() }
    }

    #[inline]
    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<V::Value, E> {
        if self.spot.string(text) { self.inner.visit_borrowed_str(text) } else { refuse() }
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<V::Value, E> {
        if self.spot.string(&text) { self.inner.visit_string(text) } else { refuse() }
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        if self.spot.null() { self.inner.visit_unit() } else { refuse() }
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        if self.spot.null() { self.inner.visit_none() } else { refuse() }
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Strict::new(deserializer, self.spot))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(Strict::new(deserializer, self.spot))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        let Some(array) = self.spot.array() else { return refuse() };
        let mut items = StrictItems { inner: items, array, spot: self.spot, count: 0 };
        let value = self.inner.visit_seq(&mut items)?;
        // A tuple stops at its length without looking for the end, which the deserializer of the text then checks.
        if (array.min..=array.max).contains(&items.count) { Ok(value) } else { refuse() }
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        let Some(object) = self.spot.object() else { return refuse() };
        let mut members = StrictMembers::new(members, object, self.spot);
        let value = self.inner.visit_map(&mut members)?;
        if members.is_complete() { Ok(value) } else { refuse() }
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<V::Value, A::Error> {
        refuse()
    }
}

/// A visitor that rounds a double for a type that requested an `f32`.
struct F32Visitor<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for F32Visitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.0.visit_i64(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.0.visit_u64(value)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<V::Value, E> {
        if is_between(value) { refuse() } else { self.0.visit_f64(value) }
    }
}

/// Returns true if a double is exactly halfway between two singles. Only the text of the number shows which of them is
/// nearer.
#[expect(clippy::cast_possible_truncation, reason = "rounding is the purpose")]
fn is_between(value: f64) -> bool {
    let near = value as f32;
    let other = if f64::from(near) < value { near.next_up() } else { near.next_down() };
    near.is_infinite() || f64::midpoint(near.into(), other.into()).to_bits() == value.to_bits()
}
