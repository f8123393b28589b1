//! Decodes a type, and finds the path of a value that the type rejects.
//!
//! Most errors collect their path as they are returned. But serde buffers the content of tagged, untagged and flattened
//! types and reads it later. The path is then found by trial: the text is read again, with everything from some
//! position on replaced by values that no type accepts. If the type fails before it reaches one of them, the rejected
//! value precedes that position.

use serde::de::DeserializeOwned;

use super::{
    error::TypeError,
    number::Wish,
    probe::{Cutoff, RepeatedKey},
    reader::JsonReader,
};
use crate::{
    schema::Step,
    turn::{Work, spend},
};

/// The maximum length, in bytes, of a text in which a path is searched.
const MAX_TEXT: usize = 16 * 1024;
/// The maximum number of positions in the search. A binary search over them needs at most twenty readings.
const MAX_POSITIONS: usize = 512;

/// The path of a value that the schema accepts and the type rejects.
#[derive(Debug)]
pub(in crate::codec) struct TypeRejection(pub(in crate::codec) Vec<Step>);

/// Reads a text that the schema of the type accepts.
pub(in crate::codec) fn read<T: DeserializeOwned>(text: &str) -> Result<T, TypeRejection> {
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
        let exact = error.is_exact();
        let path = error.into_path();
        let found = if exact { None } else { search::<T>(text, wish, reader.positions()) };
        return Err(TypeRejection(found.filter(|found| found.starts_with(&path)).unwrap_or(path)));
    }
}

fn attempt<T: DeserializeOwned>(reader: &mut JsonReader<'_>) -> Result<T, TypeError> {
    let value = T::deserialize(&mut *reader)?;
    reader.end()?;
    Ok(value)
}

/// Returns the path of the rejected value, or `None` if the text is too long or the path cannot be found.
fn search<T: DeserializeOwned>(text: &str, wish: Wish, positions: usize) -> Option<Vec<Step>> {
    if text.len() > MAX_TEXT || positions > MAX_POSITIONS {
        return None;
    }
    let fails_before = |position| {
        [RepeatedKey::Last, RepeatedKey::First].into_iter().any(|repeated| {
            spend(Work::Explained(text.len()));
            TypeError::take_probed();
            let failed =
                attempt::<T>(&mut JsonReader::new(text, wish, Cutoff::From(position, repeated))).is_err();
            !TypeError::take_probed() && failed
        })
    };
    if !fails_before(positions) {
        return None;
    }
    let (mut low, mut high) = (0, positions);
    while low < high {
        let middle = low.midpoint(high);
        if fails_before(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let at = Cutoff::At(low.checked_sub(1)?);
    attempt::<T>(&mut JsonReader::new(text, wish, at)).err().map(TypeError::into_path)
}
