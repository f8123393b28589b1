//! The prepared type of a request part.

use std::any::type_name;

use schemars::JsonSchema;
use serde::de::{DeserializeOwned, IntoDeserializer, value::UnitDeserializer};
use serde_json::{Map, Value};

use super::{
    Pairs,
    coerce::Coerce,
    text::{Given, PartMembers},
};
use crate::{
    codec::{Invalid, On, typed::TypeError},
    schema::{Check, Direction, Generator, Issue, SchemaError, is_aliased, resolve},
};

/// A prepared type: its compiled schema, and the conversion of the values of each name.
#[derive(Debug)]
pub struct PartPlan(Option<Names>);

#[derive(Debug)]
struct Names {
    check: Check,
    known: Vec<(Box<str>, Coerce)>,
    /// The known names that are aliases of a field (serde's `alias`).
    aliases: Vec<Box<str>>,
    /// The names that must be present.
    required: Vec<Box<str>>,
    rest: UnknownNames,
}

/// The treatment of names that the schema does not declare.
#[derive(Debug)]
enum UnknownNames {
    /// They are ignored.
    Ignored,
    /// They are rejected if the client chose them for this route. Headers and cookies are never rejected, because they
    /// always include others.
    Rejected,
    /// They are the keys of a map with these values.
    Values(Coerce),
}

impl PartPlan {
    /// Returns the plan of a type that serde deserializes.
    pub(super) fn of<T: DeserializeOwned + JsonSchema + 'static>() -> Result<Self, SchemaError> {
        let mut generator = Generator::new(Direction::Inbound);
        let root = generator.read::<T>();
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

    /// Returns the names that the type declares, as serde reads them. Of a field with aliases, only the main name is
    /// included.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let all = self.0.iter().flat_map(|names| names.known.iter().map(move |(name, _)| (names, &**name)));
        all.filter(|(names, name)| !names.aliases.iter().any(|alias| **alias == **name)).map(|(_, name)| name)
    }

    /// Returns true if a name must be present.
    #[cfg(feature = "server")]
    pub(crate) fn requires(&self, name: &str) -> bool {
        self.0.as_ref().is_some_and(|names| names.required.iter().any(|required| **required == *name))
    }

    /// Reads a part of a request as a type that serde deserializes.
    pub(super) fn read<T: DeserializeOwned>(&self, pairs: &Pairs) -> Result<T, Invalid> {
        let Some(sorted) = self.sort(pairs) else {
            let nothing: UnitDeserializer<TypeError> = ().into_deserializer();
            return T::deserialize(nothing).map_err(|_| Invalid::schema(pairs.on(), Vec::new()));
        };
        if !sorted.issues.is_empty() {
            return Err(Invalid::schema(pairs.on(), sorted.issues));
        }
        T::deserialize(sorted.members())
            .map_err(|error| Invalid::schema(pairs.on(), vec![sorted.type_issue(error)]))
    }

    /// Converts the pairs into values of the type's schema and validates them. `None` if the type reads nothing.
    pub(super) fn sort<'a>(&'a self, pairs: &'a Pairs) -> Option<Sorted<'a>> {
        self.0.as_ref().map(|names| names.sort(pairs))
    }
}

/// The converted values of a part, by name.
#[derive(Debug)]
pub(super) struct Sorted<'a> {
    check: &'a Check,
    value: Value,
    members: Vec<(&'a str, Given<'a>)>,
    /// The errors of the values, by the schema.
    pub(super) issues: Vec<Issue>,
}

impl<'a> Sorted<'a> {
    pub(super) fn members(&self) -> PartMembers<'_, 'a> {
        PartMembers::new(&self.members)
    }

    /// Returns the values of one name; `None` if it is missing.
    pub(super) fn member(&self, name: &str) -> Option<&Given<'a>> {
        self.members.iter().find(|(known, _)| *known == name).map(|(_, given)| given)
    }

    /// Returns the issue for a value that its schema accepts and its type rejected.
    pub(super) fn type_issue(&self, error: TypeError) -> Issue {
        self.check.type_issue(&self.value, &error.into_path())
    }
}

impl Names {
    fn of(document: Value) -> Result<Self, String> {
        let root = resolve(&document, &document);
        let plain = root["type"] == "object"
            && !["$ref", "oneOf", "anyOf", "unevaluatedProperties", "patternProperties"]
                .iter()
                .any(|keyword| root.get(keyword).is_some())
            && root["allOf"].as_array().into_iter().flatten().all(is_aliased);
        if !plain {
            return Err("expected a struct with named fields and without flattened enums".to_owned());
        }
        let coerce = |name: &str, schema| {
            Coerce::of(&document, schema)
                .map_err(|reason| format!("`{name}` {reason}: use a string or a number"))
        };
        let properties = root["properties"].as_object().into_iter().flatten();
        let aliases = properties.clone().filter(|(_, schema)| schema["x-serde"] == "alias");
        let aliases = aliases.map(|(name, _)| name.as_str().into()).collect();
        let known = properties.map(|(name, schema)| Ok((name.as_str().into(), coerce(name, schema)?)));
        let known = known.collect::<Result<_, String>>()?;
        let required = root["required"].as_array().into_iter().flatten();
        let required = required.filter_map(|name| name.as_str().map(Box::from)).collect();
        let rest = match &root["additionalProperties"] {
            Value::Null | Value::Bool(true) => UnknownNames::Ignored,
            Value::Bool(false) => UnknownNames::Rejected,
            values => UnknownNames::Values(coerce("a value", values)?),
        };
        Ok(Self { known, aliases, required, rest, check: Check::compile(document, Direction::Inbound)? })
    }

    fn sort<'a>(&'a self, pairs: &'a Pairs) -> Sorted<'a> {
        let (mut members, mut issues) = (Vec::new(), Vec::new());
        // Undeclared names, which the schema rejects.
        let mut others = Map::new();
        let mut groups = pairs.groups();
        for (name, coerce) in &self.known {
            let texts = groups.remove(&**name).unwrap_or_default();
            match one(coerce, &texts, pairs.on()) {
                Ok(Some(given)) => members.push((&**name, given)),
                Ok(None) => {}
                Err((keyword, message)) => issues.push(Issue::new(&format!("/{name}"), keyword, message)),
            }
        }
        for (name, texts) in groups {
            match &self.rest {
                UnknownNames::Values(coerce) => {
                    // A map declares no names, so a value that is not UTF-8 is ignored.
                    let texts: Vec<_> = texts.into_iter().flatten().map(Some).collect();
                    match one(coerce, &texts, pairs.on()) {
                        Ok(given) => members.extend(given.map(|given| (name, given))),
                        // The name is input of the peer, so the issue does not contain it.
                        Err((keyword, message)) => issues.push(Issue::new("/*", keyword, message)),
                    }
                }
                UnknownNames::Rejected if matches!(pairs.on(), On::Query | On::Params) => {
                    others.insert(name.to_owned(), Value::Null);
                }
                UnknownNames::Rejected | UnknownNames::Ignored => {}
            }
        }
        let mut value: Map<_, _> =
            members.iter().map(|(name, given)| ((*name).to_owned(), Value::from(given))).collect();
        value.extend(others);
        let value = Value::Object(value);
        if !self.check.is_valid(&value) {
            // A value that could not be read is present, and must not be reported as missing.
            let present: Vec<_> = issues
                .iter()
                .filter_map(|issue| Some(format!("`{}` is required", issue.path.get(1..)?)))
                .collect();
            let more = self.check.explain(&value).into_iter();
            issues.extend(
                more.filter(|issue| issue.keyword != "required" || !present.contains(&issue.message)),
            );
        }
        Sorted { check: &self.check, value, members, issues: Issue::shortlist(issues) }
    }
}

/// Converts the texts of one name, or returns the keyword and message of an error. `None` if the name is missing.
fn one<'t>(
    coerce: &Coerce,
    texts: &[Option<&'t str>],
    on: On,
) -> Result<Option<Given<'t>>, (&'static str, &'static str)> {
    if texts.is_empty() {
        return Ok(None);
    }
    let texts: Vec<_> = texts.iter().copied().collect::<Option<_>>().ok_or(("encoding", "is not UTF-8"))?;
    let given = coerce.give(&texts).or_else(|| {
        // Of several cookies with one name, the one with the longest path comes first (RFC 6265 §5.4).
        if on == On::Cookie { coerce.give(&texts[..1]) } else { None }
    });
    given.map(Some).ok_or(("maxItems", "is given more than once"))
}
