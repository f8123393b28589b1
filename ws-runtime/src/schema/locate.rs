//! The path of a value without any input in it, and the schema at that path.

use serde_json::Value;

use super::{
    Issue,
    format::must_be,
    rules::{Forms, Rule},
};

/// Replaces a key in a path that comes from the value and not from the schema.
pub(super) const ANY_KEY: &str = "*";

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// To the member with this key.
    Key(String),
    /// To the item at this index.
    Index(usize),
}

/// A place and its schemas.
pub(super) struct Place<'r> {
    pub(super) path: String,
    rules: Vec<&'r Rule>,
}

/// Follows a path through a value and its schemas.
pub(super) fn locate<'r>(rules: &'r [Rule], root: usize, mut value: &Value, way: &[Step]) -> Place<'r> {
    let mut path = String::new();
    let mut at = Here::new(rules);
    at.add(root, value);
    for step in way {
        let (declared, within) = at.beneath(step);
        path.push('/');
        match step {
            Step::Index(index) => path.push_str(&index.to_string()),
            Step::Key(key) if declared => path.push_str(&escaped(key)),
            Step::Key(_) => path.push_str(ANY_KEY),
        }
        let next = match step {
            Step::Key(key) => value.get(key),
            Step::Index(index) => value.get(index),
        };
        value = next.unwrap_or(&Value::Null);
        at = Here::new(rules);
        for rule in within {
            at.add(rule, value);
        }
    }
    Place { path, rules: at.found.into_iter().map(|rule| &rules[rule]).collect() }
}

/// Escapes a key as a segment of a JSON pointer (RFC 6901 section 3).
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

impl Place<'_> {
    /// Reports that the type rejects the value at this place, described by its schema.
    pub(super) fn refused(&self) -> Issue {
        let said = |rule: &&&Rule| rule.types != ["null"];
        let formats: Vec<_> = self.rules.iter().flat_map(|rule| &rule.formats).map(String::as_str).collect();
        if !formats.is_empty() {
            return Issue::new(&self.path, "format", must_be(formats));
        }
        let types: Vec<_> =
            self.rules.iter().flat_map(|rule| &rule.types).filter(|name| *name != "null").collect();
        let name = self.rules.iter().filter(said).find_map(|rule| rule.name.as_deref());
        let message = match (name, &*types) {
            (Some(name), _) => format!("is not a valid `{name}`"),
            (None, [only]) if *only == "integer" => "expected integer".to_owned(),
            (None, [only]) if *only == "number" => "is a number that its type cannot hold".to_owned(),
            _ => "is not a valid value".to_owned(),
        };
        Issue::new(&self.path, "type", message)
    }
}

/// The schemas of one place.
struct Here<'r> {
    rules: &'r [Rule],
    found: Vec<usize>,
}

impl<'r> Here<'r> {
    fn new(rules: &'r [Rule]) -> Self {
        Self { rules, found: Vec::new() }
    }

    /// Adds a schema, and those that also apply to the value or might.
    fn add(&mut self, rule: usize, value: &Value) {
        if self.found.contains(&rule) {
            return;
        }
        self.found.push(rule);
        let rule = &self.rules[rule];
        for &also in &rule.also {
            self.add(also, value);
        }
        match &rule.forms {
            Some(Forms::Tagged { tag, branches, .. }) => {
                let given = value.get(tag);
                for (_, branch) in
                    branches.iter().filter(|(name, _)| given.is_some_and(|given| given == name))
                {
                    self.add(*branch, value);
                }
            }
            Some(Forms::Untold { branches, .. }) => {
                for &branch in branches {
                    self.add(branch, value);
                }
            }
            Some(Forms::Keyed { .. }) | None => {}
        }
    }

    /// Returns true if a variant other than that of the value has such a property: the name then comes from the schema.
    fn is_named(&self, rule: usize, key: &str) -> bool {
        let Some(Forms::Tagged { branches, .. }) = &self.rules[rule].forms else { return false };
        branches.iter().any(|(_, branch)| self.rules[*branch].properties.iter().any(|(name, _)| name == key))
    }

    /// Returns true if the schemas declare a step, and adds the schemas below it.
    fn beneath(&self, step: &Step) -> (bool, Vec<usize>) {
        let rules = || self.found.iter().map(|&rule| &self.rules[rule]);
        match step {
            Step::Index(index) => {
                let items =
                    rules().filter_map(|rule| rule.prefix.get(*index).or(rule.items.as_ref()).copied());
                (true, items.collect())
            }
            Step::Key(key) => {
                let keyed = rules().filter_map(|rule| match &rule.forms {
                    Some(Forms::Keyed { keys, .. }) => Some(keys),
                    _ => None,
                });
                let named = rules().map(|rule| &rule.properties).chain(keyed).flatten();
                let named: Vec<_> = named.filter(|(name, _)| name == key).map(|(_, rule)| *rule).collect();
                if named.is_empty() {
                    let other = self.found.iter().any(|&rule| self.is_named(rule, key));
                    (other, rules().filter_map(|rule| rule.rest).collect())
                } else {
                    (true, named)
                }
            }
        }
    }
}
