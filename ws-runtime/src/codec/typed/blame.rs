//! Decodes a type, and finds the path of a value that the type rejects.
//!
//! Most errors collect their path as they are returned. But serde buffers the content of tagged, untagged and flattened
//! types and reads it later. The path is then found by trial: the text is read again, with everything from some
//! position on replaced by values that no type accepts. If the type fails before it reaches one of them, the rejected
//! value precedes that position.
//!
//! serde buffers the keys of a map together with the values, so a rejected key would be found at the value before the
//! map. Members of maps are therefore left out first: if the type accepts the text without them, the first member that
//! it rejects is found by trial, and then whether the type rejects its key or its value.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::{
    error::TypeError,
    members::{Member, Thinned, thin, undeclared},
    number::Wish,
    probe::{Cutoff, RepeatedKey},
    reader::JsonReader,
};
use crate::{
    panics::catch,
    schema::{Rejected, Step},
    turn::{Work, spend},
};

/// The maximum length, in bytes, of a text in which a path is searched.
const MAX_TEXT: usize = 16 * 1024;
/// The maximum number of positions in the search. A binary search over them needs at most twenty readings.
const MAX_POSITIONS: usize = 512;

/// A type rejected a text that its schema accepts.
#[derive(Debug)]
pub(in crate::codec) struct TypeRejection {
    /// The path of the rejected value.
    pub(in crate::codec) path: Vec<Step>,
    /// The number of the member whose key was rejected, from 1, in the object at the path.
    pub(in crate::codec) key: Option<usize>,
    /// The field that occurs under a name and an alias, in the object at the path or below it.
    pub(in crate::codec) twice: Option<&'static str>,
}

/// Reads a text that the schema of the type accepts. `is_declared` decides whether the schema declares the last key
/// of a path.
pub(in crate::codec) fn read<T: DeserializeOwned>(
    text: &str,
    is_declared: impl Fn(&[Step]) -> bool,
) -> Result<T, TypeRejection> {
    let mut wish = Wish::AsWritten;
    loop {
        let mut reader = JsonReader::new(text, wish, Cutoff::Nothing);
        let error = match attempt(&mut reader) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if let Some(other) = reader.otherwise() {
            wish = other;
            continue;
        }
        let (exact, positions) = (error.is_exact(), reader.positions());
        let (key, twice) = (error.key(), error.twice());
        let known = TypeRejection { path: error.into_path(), key, twice };
        if exact || twice.is_some() || text.len() > MAX_TEXT || positions > MAX_POSITIONS {
            return Err(known);
        }
        let found = search_members::<T>(text, wish, &is_declared);
        return Err(found.filter(|found| found.path.starts_with(&known.path)).unwrap_or(known));
    }
}

fn attempt<T: DeserializeOwned>(reader: &mut JsonReader<'_>) -> Result<T, TypeError> {
    let value = T::deserialize(&mut *reader)?;
    reader.end()?;
    Ok(value)
}

/// Reads a text for the check at start-up, and returns what the type rejected.
pub(in crate::codec) fn try_out<T: DeserializeOwned>(text: &str) -> Rejected {
    TypeError::take_rejected();
    // A `Deserialize` that panics shows nothing. The panic will show when a message causes it.
    let _ = catch(|| attempt::<T>(&mut JsonReader::new(text, Wish::AsWritten, Cutoff::Nothing)).is_ok());
    TypeError::take_rejected()
}

/// Searches a rejected text of moderate length, with and without its undeclared members.
fn search_members<T: DeserializeOwned>(
    text: &str,
    wish: Wish,
    is_declared: &dyn Fn(&[Step]) -> bool,
) -> Option<TypeRejection> {
    let members = undeclared(text, is_declared).ok().filter(|members| members.len() <= MAX_POSITIONS)?;
    let fails = |thinned: &Thinned| Trial::<T>::new(&thinned.text, wish).fails();
    let value = |path| TypeRejection { path, key: None, twice: None };
    let none = thin(text, &members, 0).ok()?;
    if fails(&none) {
        return Trial::<T>::new(&none.text, wish).search().map(value);
    }
    let (mut low, mut high) = (1, members.len());
    while low < high {
        let middle = low.midpoint(high);
        if fails(&thin(text, &members, middle).ok()?) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let Member { path, number, .. } = members.get(low.checked_sub(1)?)?;
    let thinned = thin(text, &members, low).ok()?;
    let trial = Trial::<T>::new(&thinned.text, wish);
    if trial.fails_at_key(thinned.mark) {
        return Some(TypeRejection {
            path: path[..path.len() - 1].to_vec(),
            key: Some(*number),
            twice: None,
        });
    }
    trial.search().map(value)
}

/// Reads a text repeatedly, to find the value that a type rejects.
struct Trial<'t, T> {
    text: &'t str,
    wish: Wish,
    read: PhantomData<fn() -> T>,
}

impl<'t, T: DeserializeOwned> Trial<'t, T> {
    fn new(text: &'t str, wish: Wish) -> Self {
        Self { text, wish, read: PhantomData }
    }

    fn reader(&self, cutoff: Cutoff) -> JsonReader<'t> {
        spend(Work::Explained(self.text.len()));
        JsonReader::new(self.text, self.wish, cutoff)
    }

    /// Returns true if the type rejects the text.
    fn fails(&self) -> bool {
        attempt::<T>(&mut self.reader(Cutoff::Nothing)).is_err()
    }

    /// Returns true if the type rejects the text because of what precedes a position.
    fn fails_before(&self, position: usize) -> bool {
        [RepeatedKey::Last, RepeatedKey::First].into_iter().any(|repeated| {
            TypeError::take_probed();
            let failed = attempt::<T>(&mut self.reader(Cutoff::From(position, repeated))).is_err();
            !TypeError::take_probed() && failed
        })
    }

    /// Returns true if the type rejects the text before it reads the value of a key.
    fn fails_at_key(&self, end_of_key: usize) -> bool {
        let mut reader = self.reader(Cutoff::Nothing).marking(end_of_key);
        let _ = attempt::<T>(&mut reader);
        reader.marked().is_some_and(|position| self.fails_before(position))
    }

    /// Returns the path of the rejected value, which is the last of the first positions without which the type does not
    /// fail.
    fn search(&self) -> Option<Vec<Step>> {
        let mut reader = self.reader(Cutoff::Nothing);
        let _ = attempt::<T>(&mut reader);
        let (mut low, mut high) = (0, reader.positions());
        if !self.fails_before(high) {
            return None;
        }
        while low < high {
            let middle = low.midpoint(high);
            if self.fails_before(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        let at = Cutoff::At(low.checked_sub(1)?);
        attempt::<T>(&mut self.reader(at)).err().map(TypeError::into_path)
    }
}
