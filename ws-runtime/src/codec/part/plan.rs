//! What is decided once about a part's type, before listening.

use std::any::type_name;

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::{Pairs, coerce::Coerce};
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
    /// Reads a type's schema.
    pub(super) fn of<T: JsonSchema + 'static>() -> Result<Self, SchemaError> {
        let mut generator = Generator::new(Direction::Inbound);
        let root = generator.schema::<T>();
        if root.get("type").is_some_and(|kind| kind == "null") {
            return Ok(Self(None));
        }
        Self::finish(generator, root, type_name::<T>())
    }

    pub(super) fn finish(
        generator: Generator,
        root: Value,
        subject: &'static str,
    ) -> Result<Self, SchemaError> {
        let plan =
            generator.finish(root).and_then(|document| Names::of(document).map(|names| Self(Some(names))));
        plan.map_err(|reason| SchemaError::new(subject, Direction::Inbound, reason))
    }

    /// Returns the names that the type declares, as serde reads them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|names| &names.known).map(|(name, _)| &**name)
    }

    /// Makes a value of the pairs, and says what is wrong with it; `None` if nothing is read.
    pub(super) fn value(&self, pairs: &Pairs) -> Option<(Value, Vec<Issue>)> {
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
            Coerce::of(&document, schema)
                .map_err(|reason| format!("`{name}` {reason}: use a string or a number"))
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

    fn value(&self, pairs: &Pairs) -> (Value, Vec<Issue>) {
        let (mut value, mut issues) = (Map::new(), Vec::new());
        let mut groups = pairs.groups();
        for (name, coerce) in &self.known {
            let texts = groups.remove(&**name).unwrap_or_default();
            match one(coerce, &texts, pairs.on()) {
                Ok(Some(text)) => drop(value.insert(name.to_string(), text)),
                Ok(None) => {}
                Err((keyword, message)) => issues.push(Issue::new(&format!("/{name}"), keyword, message)),
            }
        }
        for (name, texts) in groups {
            match &self.rest {
                Rest::Values(coerce) => {
                    // A map asks for no name, so a text that is not UTF-8 is absent.
                    let texts: Vec<_> = texts.into_iter().flatten().map(Some).collect();
                    match one(coerce, &texts, pairs.on()) {
                        Ok(text) => value.extend(text.map(|text| (name.to_owned(), text))),
                        // The name is content, so it is not said.
                        Err((keyword, message)) => {
                            issues.push(Issue::new("", keyword, format!("a value in it: {message}")));
                        }
                    }
                }
                Rest::Refused if matches!(pairs.on(), On::Query | On::Params) => {
                    value.insert(name.to_owned(), Value::Null);
                }
                Rest::Refused | Rest::Ignored => {}
            }
        }
        let value = Value::Object(value);
        if !self.check.is_valid(&value) {
            // What could not be taken is there, and is not to be called missing as well.
            let there: Vec<_> = issues
                .iter()
                .filter_map(|issue| Some(format!("`{}` is required", issue.path.get(1..)?)))
                .collect();
            let more = self.check.explain(&value).into_iter();
            issues
                .extend(more.filter(|issue| issue.keyword != "required" || !there.contains(&issue.message)));
        }
        (value, Issue::settle(issues))
    }
}

/// What the texts of one name become, or what is wrong with them.
fn one(
    coerce: &Coerce,
    texts: &[Option<&str>],
    on: On,
) -> Result<Option<Value>, (&'static str, &'static str)> {
    if texts.is_empty() {
        return Ok(None);
    }
    let texts: Vec<_> = texts.iter().copied().collect::<Option<_>>().ok_or(("encoding", "is not UTF-8"))?;
    let value = coerce.value(&texts).or_else(|| {
        // RFC 6265 §5.4: of cookies with one name, that with the longest path comes first.
        if on == On::Cookie { coerce.value(&texts[..1]) } else { None }
    });
    value.map(Some).ok_or(("maxItems", "is given more than once"))
}
