//! Externally tagged enums: a string, or an object with the name of the variant as its only key.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, VariantAccess, Visitor},
};

use super::{
    key::{AsKey, StrictKey},
    visit::{Strict, refuse},
};
use crate::schema::{ObjectShape, Spot};

/// A visitor that reads the name of a variant.
pub(super) struct Variants<'p, V> {
    pub(super) visitor: V,
    pub(super) spot: Spot<'p>,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Variants<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    #[inline]
    fn visit_str<E: de::Error>(self, name: &str) -> Result<V::Value, E> {
        if self.spot.string(name) { self.visitor.visit_enum(name.into_deserializer()) } else { refuse() }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<V::Value, A::Error> {
        let Some(ObjectShape::Keyed(branches)) = self.spot.object() else { return refuse() };
        let Some(name) = members.next_key_seed(AsKey)? else { return refuse() };
        let Some(branch) = ObjectShape::branch(branches, &name) else { return refuse() };
        let spot = self.spot.at(branch);
        let value = self.visitor.visit_enum(NamedVariant { name, members: &mut members, spot })?;
        match members.next_key_seed(AsKey)? {
            None => Ok(value),
            Some(_) => refuse(),
        }
    }
}

struct NamedVariant<'p, 'de, 'm, A> {
    name: Cow<'de, str>,
    members: &'m mut A,
    spot: Spot<'p>,
}

impl<'p, 'de, 'm, A: MapAccess<'de>> EnumAccess<'de> for NamedVariant<'p, 'de, 'm, A> {
    type Error = A::Error;
    type Variant = VariantContent<'p, 'm, A>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let content = VariantContent { members: self.members, spot: self.spot };
        Ok((seed.deserialize(StrictKey::new(self.name))?, content))
    }
}

/// Reads the content of a variant.
struct VariantContent<'p, 'm, A> {
    members: &'m mut A,
    spot: Spot<'p>,
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for VariantContent<'_, '_, A> {
    type Error = A::Error;

    /// A unit variant is written as a string, never as an object.
    fn unit_variant(self) -> Result<(), A::Error> {
        refuse()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.members.next_value_seed(Strict::new(seed, self.spot))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(Strict::new(Fields::Tuple(len, visitor), self.spot))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(Strict::new(Fields::Struct(fields, visitor), self.spot))
    }
}

/// A seed that reads the fields of a variant.
enum Fields<V> {
    Tuple(usize, V),
    Struct(&'static [&'static str], V),
}

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Fields<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        match self {
            Self::Tuple(len, visitor) => deserializer.deserialize_tuple(len, visitor),
            Self::Struct(fields, visitor) => deserializer.deserialize_struct("", fields, visitor),
        }
    }
}
