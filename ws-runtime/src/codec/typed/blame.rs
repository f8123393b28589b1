//! Decodes a type and finds the path of the value that it rejects.
//!
//! Most errors pass through their path on the way up. But serde buffers the content of tagged, untagged and flattened
//! types and reads it later. Then the path is found by trial: the text is read again with everything from some position
//! on replaced by values that no type accepts. If the type still fails before it reaches one, the rejected value
//! precedes that position.

use serde::de::DeserializeOwned;

use super::{
    error::TypeError,
    number::Wish,
    probe::{Again, Cutoff},
    reader::JsonReader,
};
use crate::{
    schema::Step,
    turn::{Work, spend},
};

/// The maximum length of a text in which a path is searched, in bytes.
const MAX_TEXT: usize = 16 * 1024;
/// The maximum number of positions in the search. Twenty readings find one among them.
const MAX_PLACES: usize = 512;

/// A type rejected a text that its schema accepts: the path of the rejected value.
#[derive(Debug)]
pub(in crate::codec) struct TypeRejection(pub(in crate::codec) Vec<Step>);

/// Reads a text that is valid by the schema of the type.
pub(in crate::codec) fn read<T: DeserializeOwned>(text: &str) -> Result<T, TypeRejection> {
    let mut wish = Wish::AsWritten;
    loop {
        let mut reader = JsonReader::new(text, wish, Cutoff::Nothing);
        let refused = match attempt(&mut reader) {
            Ok(value) => return Ok(value),
            Err(refused) => refused,
        };
        if let Some(other) = reader.otherwise() {
            wish = other;
            continue;
        }
        let exact = refused.is_exact();
        let way = refused.into_way();
        let found = if exact { None } else { search::<T>(text, wish, reader.places()) };
        return Err(TypeRejection(found.filter(|found| found.starts_with(&way)).unwrap_or(way)));
    }
}

fn attempt<T: DeserializeOwned>(reader: &mut JsonReader<'_>) -> Result<T, TypeError> {
    let value = T::deserialize(&mut *reader)?;
    reader.end()?;
    Ok(value)
}

/// Returns the position of the rejected value, which is among the first ones.
fn search<T: DeserializeOwned>(text: &str, wish: Wish, places: usize) -> Option<Vec<Step>> {
    if text.len() > MAX_TEXT || places > MAX_PLACES {
        return None;
    }
    let fails_before = |place| {
        [Again::Last, Again::First].into_iter().any(|again| {
            spend(Work::Explained(text.len()));
            TypeError::take_probed();
            let failed = attempt::<T>(&mut JsonReader::new(text, wish, Cutoff::From(place, again))).is_err();
            !TypeError::take_probed() && failed
        })
    };
    if !fails_before(places) {
        return None;
    }
    let (mut low, mut high) = (0, places);
    while low < high {
        let middle = low.midpoint(high);
        if fails_before(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let at = Cutoff::At(low.checked_sub(1)?);
    attempt::<T>(&mut JsonReader::new(text, wish, at)).err().map(TypeError::into_way)
}
