//! JSON messages, which are decoded and encoded by the schema of their type.

use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};

use super::{
    EncodeError, Encoded, Invalid, On,
    strict::Strict,
    typed::{self, TypeRejection},
};
use crate::{
    schema::{Check, Issue, parse},
    turn::{Work, spend},
    wire::utf8,
};

/// Decodes JSON. The fast path is tried first if the schema can be checked while parsing. If that fails, the slow path
/// decides, and explains the errors.
#[inline]
pub(super) fn read<T: DeserializeOwned>(text: &str, check: &Check) -> Result<T, Invalid> {
    if check.is_too_deep(text) {
        return Err(Invalid::schema(
            On::Message,
            vec![Issue::new("", "json", "is nested too deeply for its length")],
        ));
    }
    if let Some(shape) = check.shape() {
        let mut json = serde_json::Deserializer::from_str(text);
        if let Ok(value) = T::deserialize(Strict::new(&mut json, shape.root()))
            && json.end().is_ok()
        {
            return Ok(value);
        }
    }
    by_value(text, check)
}

/// The slow path: parses the text into a [`Value`](serde_json::Value), validates it, and then reads it as the type.
pub(super) fn by_value<T: DeserializeOwned>(text: &str, check: &Check) -> Result<T, Invalid> {
    spend(Work::Explained(text.len()));
    let value = match parse(text) {
        Ok(value) => value,
        Err(malformed) => {
            let issue = Issue::new("", "json", malformed.to_string());
            return Err(Invalid::schema(On::Message, vec![issue]));
        }
    };
    if !check.is_valid(&value) {
        return Err(Invalid::schema(On::Message, check.explain(&value)));
    }
    // The type may reject a value that the schema accepts.
    typed::read(text, |path| check.is_declared(&value, path)).map_err(|rejection| {
        let TypeRejection { path, key, twice } = rejection;
        let issue = match (key, twice) {
            (Some(number), _) => {
                let message = format!("the key of member {number} is not valid");
                Issue::new(&check.path(&value, &path), "type", message)
            }
            (None, Some(field)) => {
                Issue::new(&check.path(&value, &path), "type", format!("has `{field}` under two names"))
            }
            (None, None) => check.type_issue(&value, &path),
        };
        Invalid::schema(On::Message, vec![issue])
    })
}

/// Writes JSON, then parses it to check it against its schema, because the output of a `Serialize` is known only then.
/// On failure, `out` is unchanged.
pub(super) fn write<T: Serialize>(
    value: &T,
    check: &Check,
    out: &mut Vec<u8>,
) -> Result<Encoded, EncodeError> {
    let start = out.len();
    let written = serde_json::to_writer(&mut *out, value).map_err(EncodeError::json);
    let encoded = written.and_then(|()| verify(&out[start..], check));
    if encoded.is_err() {
        out.truncate(start);
    }
    encoded.map(|()| Encoded::Text)
}

fn verify(json: &[u8], check: &Check) -> Result<(), EncodeError> {
    let text = utf8(json).ok_or_else(|| EncodeError::new("not UTF-8"))?;
    if let Some(shape) = check.shape()
        && IgnoredAny::deserialize(Strict::new(&mut serde_json::Deserializer::from_str(text), shape.root()))
            .is_ok()
    {
        return Ok(());
    }
    let value = parse(text).map_err(|malformed| EncodeError::new(malformed.to_string()))?;
    if check.is_valid(&value) { Ok(()) } else { Err(EncodeError::schema(check.explain(&value))) }
}
