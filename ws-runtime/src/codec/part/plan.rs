//! What is decided once about a part's type, before listening.

use std::any::{TypeId, type_name};

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::{CapturePlan, Pairs, coerce::Coerce};
use crate::{
    codec::On,
    schema::{Check, Direction, Generator, Issue, SchemaError, resolve},
};

/// What is decided once about a part's type: its schema, compiled, and what each name's text becomes.
#[derive(Debug)]
pub struct PartPlan(Option<Names>);

#[derive(Debug)]
struct Names {
    check: Check,
    known: Vec<(Box<str>, Coerce)>,
    rest: Rest,
}

/// What becomes of names that the schema does not declare.
#[derive(Debug)]
enum Rest {
    /// They are not looked at.
    Ignored,
    /// They are refused, if they are the part's own: a request always has header fields and cookies for others.
    Refused,
    /// They are values of a map.
    Values(Coerce),
}

impl PartPlan {
    /// Begins the plan of a path's captures, whose types are given one by one.
    pub fn captures() -> CapturePlan {
        CapturePlan::new()
    }

    /// Reads a type's schema.
    pub(super) fn of<T: JsonSchema + 'static>() -> Result<Self, SchemaError> {
        if TypeId::of::<T>() == TypeId::of::<()>() {
            return Ok(Self(None));
        }
        let mut generator = Generator::new(Direction::Inbound);
        let root = generator.schema::<T>();
        Self::finish(generator, root, type_name::<T>())
    }

    pub(super) fn finish(generator: Generator, root: Value, subject: &'static str) -> Result<Self, SchemaError> {
        let plan = generator.finish(root).and_then(|document| Names::of(document).map(|names| Self(Some(names))));
        plan.map_err(|reason| SchemaError::new(subject, Direction::Inbound, reason))
    }

    /// Returns the names that the type declares, as serde reads them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|names| &names.known).map(|(name, _)| &**name)
    }

    /// The schema, as it is published; `None` if nothing is read.
    pub(crate) fn schema(&self) -> Option<&Value> {
        self.0.as_ref().map(|names| names.check.schema())
    }

    /// Makes a value of the pairs, and says what is wrong with it; `None` if nothing is read.
    pub(super) fn value(&self, pairs: &Pairs) -> Option<(Map<String, Value>, Vec<Issue>)> {
        self.0.as_ref().map(|names| names.value(pairs))
    }
}

impl Names {
    fn of(document: Value) -> Result<Self, String> {
        let root = resolve(&document, &document);
        let plain = root["type"] == "object"
            && !["$ref", "oneOf", "anyOf", "allOf", "unevaluatedProperties", "patternProperties"]
                .iter()
                .any(|keyword| root.get(keyword).is_some());
        if !plain {
            return Err("it must be a struct with named fields, without flattened enums".to_owned());
        }
        let coerce = |name: &str, schema| {
            Coerce::of(&document, schema).map_err(|reason| format!("`{name}` {reason}: use a string or a number"))
        };
        let properties = root["properties"].as_object().into_iter().flatten();
        let known = properties.map(|(name, schema)| Ok((name.as_str().into(), coerce(name, schema)?)));
        let known = known.collect::<Result<_, String>>()?;
        let rest = match &root["additionalProperties"] {
            Value::Null | Value::Bool(true) => Rest::Ignored,
            Value::Bool(false) => Rest::Refused,
            values => Rest::Values(coerce("a value", values)?),
        };
        Ok(Self { known, rest, check: Check::compile(document)? })
    }

    fn value(&self, pairs: &Pairs) -> (Map<String, Value>, Vec<Issue>) {
        let (mut value, mut issues) = (Map::new(), Vec::new());
        for (name, coerce) in &self.known {
            take(name, coerce, pairs, &mut value, |keyword, message| {
                issues.push(Issue::new(&format!("/{name}"), keyword, message));
            });
        }
        for name in pairs.names() {
            if value.contains_key(name) || self.known.iter().any(|(known, _)| **known == *name) {
                continue;
            }
            match &self.rest {
                // The name is content, so it is not said.
                Rest::Values(coerce) => take(name, coerce, pairs, &mut value, |keyword, message| {
                    issues.push(Issue::new("", keyword, format!("a value in it: {message}")));
                }),
                Rest::Refused if matches!(pairs.on(), On::Query | On::Params) => {
                    value.insert(name.to_owned(), Value::Null);
                }
                Rest::Refused | Rest::Ignored => {}
            }
        }
        let whole = Value::Object(value.clone());
        if !self.check.is_valid(&whole) {
            // What could not be taken is there, and is not to be called missing as well.
            let taken = issues.clone();
            let missing = |issue: &Issue, taken: &Issue| {
                issue.keyword == "required"
                    && taken.path.strip_prefix('/').is_some_and(|name| issue.message == format!("`{name}` is required"))
            };
            let more = self.check.explain(&whole);
            issues.extend(more.into_iter().filter(|issue| !taken.iter().any(|taken| missing(issue, taken))));
        }
        (value, Issue::settle(issues))
    }
}

fn take(
    name: &str,
    coerce: &Coerce,
    pairs: &Pairs,
    value: &mut Map<String, Value>,
    mut issue: impl FnMut(&'static str, &'static str),
) {
    let texts: Option<Vec<_>> = pairs.texts(name).collect();
    match texts.as_deref() {
        None => issue("encoding", "is not UTF-8"),
        Some([]) => {}
        // RFC 6265 §5.4: cookies with longer paths come first.
        Some([first, ..]) if pairs.on() == On::Cookie && coerce.value(&[first, first]).is_none() => {
            value.extend(coerce.value(&[first]).map(|text| (name.to_owned(), text)));
        }
        Some(texts) => match coerce.value(texts) {
            Some(text) => {
                value.insert(name.to_owned(), text);
            }
            None => issue("maxItems", "is given more than once"),
        },
    }
}
