//! Finds the parts of a response type that serde can never write, if the type can also be read.
//!
//! A schema shows neither the content of a tagged variant if it is a string or a bool, nor the type of a map's keys. If
//! a response type implements `Deserialize`, reading it at start-up shows both. The attributes obtain a [`Sampler`] by
//! method lookup, which finds [`Sampled`] for types that implement `Deserialize` and [`Unsampled`] for all others.

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{
        DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
        value::{Error, StrDeserializer},
    },
};

use super::{
    Sampling,
    recorder::{Probe, probe},
};
use crate::panics::catch;

/// The maximum depth of a sample.
const MAX_DEPTH: usize = 12;
/// The number of samples. Each uses the next variant of every enum.
const SAMPLES: usize = 8;

/// Functions that read a response type, and that try to write samples of it.
#[derive(Clone, Copy, Debug)]
pub struct Sampler {
    pub(super) probe: Probe,
    writes_no_key: fn() -> bool,
}

impl Sampler {
    /// Returns true if serde could not write a sample because of the key of a map.
    pub(super) fn writes_no_key(self) -> bool {
        (self.writes_no_key)()
    }
}

/// Returns the sampler of a type that implements `Deserialize`.
pub trait Sampled {
    /// Returns the type's sampler.
    fn sampler(&self) -> Option<Sampler>;
}

// Response types are `'static`, so `'static` is a lifetime for which method lookup can check `Deserialize`.
impl<T: Deserialize<'static> + Serialize> Sampled for Sampling<T> {
    fn sampler(&self) -> Option<Sampler> {
        Some(Sampler { probe: probe::<T>, writes_no_key: writes_no_key::<T> })
    }
}

/// Returns no sampler, for every other type.
pub trait Unsampled {
    /// Returns the type's sampler.
    fn sampler(&self) -> Option<Sampler>;
}

impl<T> Unsampled for &Sampling<T> {
    fn sampler(&self) -> Option<Sampler> {
        None
    }
}

fn writes_no_key<T: Deserialize<'static> + Serialize>() -> bool {
    (0..SAMPLES).any(|variant| {
        let written = catch(|| {
            let sample = T::deserialize(Sample { variant, depth: 0 }).ok()?;
            serde_json::to_string(&sample).err()
        });
        written.ok().flatten().is_some_and(|error| error.to_string().contains("key must be a string"))
    })
}

/// A deserializer that creates a value of any requested type.
#[derive(Clone, Copy)]
struct Sample {
    /// The index of the variant to use for every enum, modulo the number of its variants.
    variant: usize,
    depth: usize,
}

impl Sample {
    fn deeper(self) -> Result<Self, Error> {
        if self.depth >= MAX_DEPTH { Err(none()) } else { Ok(Self { depth: self.depth + 1, ..self }) }
    }
}

fn none() -> Error {
    serde::de::Error::custom("no sample")
}

macro_rules! values {
    ($($method:ident $visit:ident($($value:expr)?))*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit($($value)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Sample {
    type Error = Error;

    values! {
        deserialize_bool visit_bool(true)
        deserialize_i8 visit_i8(1)
        deserialize_i16 visit_i16(1)
        deserialize_i32 visit_i32(1)
        deserialize_i64 visit_i64(1)
        deserialize_i128 visit_i128(1)
        deserialize_u8 visit_u8(1)
        deserialize_u16 visit_u16(1)
        deserialize_u32 visit_u32(1)
        deserialize_u64 visit_u64(1)
        deserialize_u128 visit_u128(1)
        deserialize_f32 visit_f32(1.0)
        deserialize_f64 visit_f64(1.0)
        deserialize_char visit_char('x')
        deserialize_str visit_borrowed_str("x")
        deserialize_string visit_borrowed_str("x")
        deserialize_identifier visit_borrowed_str("x")
        deserialize_bytes visit_borrowed_bytes(b"x")
        deserialize_byte_buf visit_borrowed_bytes(b"x")
        deserialize_unit visit_unit()
        deserialize_ignored_any visit_unit()
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(none())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.deeper() {
            Ok(deeper) if deeper.depth < MAX_DEPTH / 2 => visitor.visit_some(deeper),
            _ => visitor.visit_none(),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self.deeper()?)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(SampleItems { left: usize::from(self.depth < MAX_DEPTH / 2), sample: self })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(SampleItems { left: len, sample: self })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(SampleItems { left: usize::from(self.depth < MAX_DEPTH / 2), sample: self })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        // The fields are given by position, so that none occurs twice under an alias.
        visitor.visit_seq(SampleItems { left: fields.len(), sample: self })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let sample = self.deeper()?;
        let name = variants.get(self.variant % variants.len().max(1)).ok_or_else(none)?;
        visitor.visit_enum(SampleVariant { name, sample })
    }
}

/// Access to `left` more items or entries.
struct SampleItems {
    left: usize,
    sample: Sample,
}

impl SampleItems {
    fn next(&mut self) -> Result<Option<Sample>, Error> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                self.sample.deeper().map(Some)
            }
            None => Ok(None),
        }
    }
}

impl<'de> SeqAccess<'de> for SampleItems {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.next()?.map(|sample| seed.deserialize(sample)).transpose()
    }
}

impl<'de> MapAccess<'de> for SampleItems {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.next()?.map(|sample| seed.deserialize(sample)).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self.sample.deeper()?)
    }
}

struct SampleVariant {
    name: &'static str,
    sample: Sample,
}

impl<'de> EnumAccess<'de> for SampleVariant {
    type Error = Error;
    type Variant = Sample;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Sample), Error> {
        let name: StrDeserializer<'static, Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self.sample))
    }
}

impl<'de> VariantAccess<'de> for Sample {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_struct("", fields, visitor)
    }
}
