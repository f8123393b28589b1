//! Identifies the alternatives of a schema by their tag or their only key.
//!
//! `oneOf` and `anyOf` come from enums and from `Option`. For a wrong field, a message about that field is more useful
//! than one that no alternative matched, so the alternatives of a tagged enum are identified by their tags.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::format::FORMATS;

/// The alternatives of a schema.
pub(super) struct Alternatives<'a> {
    pub(super) choice: Choice<'a>,
    /// True if `null` is an alternative. It is not listed in `choice`.
    pub(super) null: bool,
    /// True if exactly one alternative may match (`oneOf`).
    pub(super) exclusive: bool,
    /// The alternative for all other tags or strings (serde's `other`). `None` if there is none.
    pub(super) other: Option<&'a Value>,
}

/// The way in which alternatives are identified.
pub(super) enum Choice<'a> {
    /// By a property of an object that names the alternative: internally and adjacently tagged enums.
    Tagged { tag: &'a str, branches: Vec<(&'a str, &'a Value)> },
    /// By a string, or by the only key of an object: externally tagged enums.
    Keyed { units: Vec<&'a str>, keys: Vec<(&'a str, &'a Value)> },
    /// By trying each one: untagged enums.
    Untold(Vec<&'a Value>),
}

/// Returns the alternatives in the `oneOf` or `anyOf` of a schema; `None` if it has neither or both.
pub(super) fn alternatives<'a>(root: &'a Value, schema: &'a Map<String, Value>) -> Option<Alternatives<'a>> {
    let (all, exclusive) = match (schema.get("oneOf"), schema.get("anyOf")) {
        (Some(all), None) => (all, true),
        (None, Some(all)) => (all, false),
        _ => return None,
    };
    let (nulls, mut branches): (Vec<_>, Vec<_>) =
        all.as_array()?.iter().partition(|branch| branch["type"] == "null");
    let other = branches.iter().position(|branch| branch["x-serde"] == "other");
    let other = other.map(|index| branches.remove(index));
    let choice = if exclusive { tagged(root, &branches).or_else(|| keyed(root, &branches)) } else { None };
    Some(Alternatives {
        choice: choice.unwrap_or(Choice::Untold(branches)),
        null: !nulls.is_empty(),
        exclusive,
        other,
    })
}

fn tagged<'a>(root: &'a Value, branches: &[&'a Value]) -> Option<Choice<'a>> {
    let objects: Vec<_> =
        branches.iter().map(|branch| resolve(root, branch).as_object()).collect::<Option<_>>()?;
    let tag = properties(objects.first()?).find_map(|(tag, _)| {
        let names: Option<Vec<_>> = objects.iter().map(|object| named(object, tag)).collect();
        let mut names = names?;
        names.sort_unstable();
        names.windows(2).all(|pair| pair[0] != pair[1]).then_some(tag)
    })?;
    let branches =
        objects.iter().zip(branches).filter_map(|(object, branch)| Some((named(object, tag)?, *branch)));
    Some(Choice::Tagged { tag, branches: branches.collect() })
}

/// Returns the only string that a required property may have; `None` if it may have others.
fn named<'a>(object: &'a Map<String, Value>, tag: &str) -> Option<&'a str> {
    let required = object.get("required")?.as_array()?.iter().any(|name| name == tag);
    let property = object.get("properties")?.get(tag)?;
    let name = match (property.get("const"), property.get("enum")) {
        (Some(name), None) => name,
        (None, Some(names)) => names.as_array().filter(|names| names.len() == 1)?.first()?,
        _ => return None,
    };
    name.as_str().filter(|_| required)
}

fn keyed<'a>(root: &'a Value, branches: &[&'a Value]) -> Option<Choice<'a>> {
    let (mut units, mut keys) = (Vec::new(), Vec::new());
    for branch in branches {
        let object = resolve(root, branch).as_object()?;
        if object.get("type")? == "string" {
            match (object.get("const"), object.get("enum")) {
                (Some(name), None) => units.push(name.as_str()?),
                (None, Some(names)) => {
                    for name in names.as_array()? {
                        units.push(name.as_str()?);
                    }
                }
                _ => return None,
            }
            continue;
        }
        let mut properties = properties(object);
        let (Some((key, value)), None) = (properties.next(), properties.next()) else { return None };
        let alone = object.get("additionalProperties")? == false
            && object.get("required")?.as_array()?.iter().map(Value::as_str).eq([Some(key)]);
        if !alone || keys.iter().any(|(known, _)| *known == key) {
            return None;
        }
        keys.push((key, value));
    }
    (!keys.is_empty()).then_some(Choice::Keyed { units, keys })
}

fn properties(object: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    let properties = object.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema))
}

/// Returns the names of each field that is required under one of several names (serde's `alias`). The main name comes
/// first.
pub(super) fn aliased(schema: &Map<String, Value>) -> Vec<Vec<&str>> {
    let all = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    all.filter(|part| is_aliased(part))
        .map(|part| {
            part["anyOf"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|one| one["required"][0].as_str())
                .collect()
        })
        .collect()
}

/// Returns true if a part of `allOf` requires a field under one of several names.
pub(crate) fn is_aliased(part: &Value) -> bool {
    let last = part["anyOf"].as_array().and_then(|names| names.last());
    last.is_some_and(|name| name["x-serde"] == "alias" && name.get("required").is_some())
}

/// Follows references, and returns the first schema that is not just a reference.
pub(crate) fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut at = schema;
    // The length of the chain is limited, because references may form a cycle.
    for _ in 0..64 {
        let Some(object) = at.as_object() else { return at };
        match object.get("$ref").and_then(Value::as_str).and_then(|reference| target(root, reference)) {
            Some(next) if object.keys().all(|keyword| keyword == "$ref" || is_annotation(keyword)) => {
                at = next;
            }
            _ => return at,
        }
    }
    at
}

/// Returns the target of a reference within the document; `None` if there is none.
pub(super) fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer: Cow<'_, str> = percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?;
    root.pointer(&pointer)
}

/// Returns true for keywords that describe a schema without constraining values.
pub(super) fn is_annotation(keyword: &str) -> bool {
    matches!(
        keyword,
        "title"
            | "description"
            | "default"
            | "examples"
            | "deprecated"
            | "readOnly"
            | "writeOnly"
            | "$schema"
            | "$defs"
            | "$comment"
            | FORMATS
            | "x-serde"
    )
}
