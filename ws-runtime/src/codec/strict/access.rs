//! Access to arrays and objects, item by item and key by key.

use std::{borrow::Cow, collections::HashSet};

use serde::{
    Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess},
};

use super::{
    key::{AsKey, StrictKey},
    visit::{Strict, refuse},
};
use crate::schema::{Array, Id, ObjectShape, Properties, Spot};

/// Applies a seed at a position in a shape.
impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Strict<'_, S> {
    type Value = S::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(Strict::new(deserializer, self.spot))
    }
}

/// Access to the items of an array.
pub(super) struct StrictItems<'p, A> {
    pub(super) inner: A,
    pub(super) array: &'p Array,
    pub(super) spot: Spot<'p>,
    pub(super) count: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for &mut StrictItems<'_, A> {
    type Error = A::Error;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let spot = self.spot.at(self.array.item(self.count));
        let item = self.inner.next_element_seed(Strict::new(seed, spot))?;
        self.count += usize::from(item.is_some());
        if self.count > self.array.max { refuse() } else { Ok(item) }
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// Access to the members of an object.
pub(super) struct StrictMembers<'p, 'de, A> {
    inner: A,
    spot: Spot<'p>,
    state: ObjectState<'p>,
    /// The declared keys that have occurred, one bit each.
    seen: u64,
    /// The undeclared keys that have occurred; `None` before the first one.
    others: Option<HashSet<Cow<'de, str>>>,
    /// The shape of the current key's value.
    value: Id,
    ended: bool,
}

enum ObjectState<'p> {
    /// The first key must be the tag, because it determines the shape.
    Untagged(&'p str, &'p [(Box<str>, Id)]),
    /// The next value is that of the tag.
    Tag(&'p str, &'p [(Box<str>, Id)]),
    Properties(&'p Properties),
    /// The first and only key selects the branch.
    Unkeyed(&'p [(Box<str>, Id)]),
    Keyed,
}

impl<'p, A> StrictMembers<'p, '_, A> {
    pub(super) fn new(inner: A, object: &'p ObjectShape, spot: Spot<'p>) -> Self {
        let state = match object {
            ObjectShape::Properties(plain) => ObjectState::Properties(plain),
            ObjectShape::Tagged { tag, branches } => ObjectState::Untagged(tag, branches),
            ObjectShape::Keyed(branches) => ObjectState::Unkeyed(branches),
        };
        Self { inner, spot, state, seen: 0, others: None, value: 0, ended: false }
    }

    /// Returns true if the object was read to its end and is complete.
    pub(super) fn is_complete(&self) -> bool {
        self.ended
            && match self.state {
                ObjectState::Properties(plain) => self.seen & plain.required == plain.required,
                ObjectState::Keyed => true,
                ObjectState::Untagged(..) | ObjectState::Tag(..) | ObjectState::Unkeyed(_) => false,
            }
    }
}

impl<'de, A: MapAccess<'de>> StrictMembers<'_, 'de, A> {
    /// Looks up a key. Returns true if it is permitted here and has not occurred before.
    #[inline]
    #[expect(clippy::ptr_arg, reason = "a borrowed key is stored without a copy")]
    fn enter(&mut self, key: &Cow<'de, str>) -> bool {
        match self.state {
            ObjectState::Properties(plain) => match (plain.property(key), plain.rest) {
                (Some((value, bit)), _) => {
                    self.value = value;
                    let first = self.seen & bit == 0;
                    self.seen |= bit;
                    first
                }
                (None, Some(rest)) => {
                    self.value = rest;
                    self.others.get_or_insert_default().insert(key.clone())
                }
                (None, None) => false,
            },
            ObjectState::Untagged(tag, branches) if key == tag => {
                self.state = ObjectState::Tag(tag, branches);
                true
            }
            ObjectState::Unkeyed(branches) => match ObjectShape::branch(branches, key) {
                Some(branch) => {
                    self.value = branch;
                    self.state = ObjectState::Keyed;
                    true
                }
                None => false,
            },
            ObjectState::Untagged(..) | ObjectState::Tag(..) | ObjectState::Keyed => false,
        }
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for &mut StrictMembers<'_, 'de, A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let Some(key) = self.inner.next_key_seed(AsKey)? else {
            self.ended = true;
            return Ok(None);
        };
        if self.enter(&key) { seed.deserialize(StrictKey::new(key)).map(Some) } else { refuse() }
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        match self.state {
            ObjectState::Properties(_) | ObjectState::Keyed => {
                self.inner.next_value_seed(Strict::new(seed, self.spot.at(self.value)))
            }
            ObjectState::Tag(tag, branches) => {
                let name = self.inner.next_value_seed(AsKey)?;
                let branch =
                    ObjectShape::branch(branches, &name).and_then(|branch| self.spot.at(branch).object());
                let Some(ObjectShape::Properties(plain)) = branch else { return refuse() };
                let Some((_, bit)) = plain.property(tag) else { return refuse() };
                self.seen |= bit;
                self.state = ObjectState::Properties(plain);
                seed.deserialize(StrictKey::new(name))
            }
            ObjectState::Untagged(..) | ObjectState::Unkeyed(_) => refuse(),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}
