//! The path of a value, without input of the peer, and the schemas at that path.

use serde_json::Value;

use super::{
    Issue,
    format::must_be,
    rules::{Forms, Rule},
};

/// The segment of a path that replaces a key of the value that the schema does not declare.
pub(super) const ANY_KEY: &str = "*";

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A step to the member with this key.
    Key(String),
    /// A step to the item at this index.
    Index(usize),
}

/// A path and its schemas.
pub(super) struct Located<'r> {
    pub(super) path: String,
    /// True if the schema declares the last step.
    pub(super) is_declared: bool,
    rules: Vec<&'r Rule>,
}

/// Follows a path through a value and its schemas. Returns the path without input of the peer, and the schemas at its
/// end.
pub(super) fn locate<'r>(rules: &'r [Rule], root: usize, mut value: &Value, steps: &[Step]) -> Located<'r> {
    let (mut path, mut is_declared) = (String::new(), true);
    let mut at = Here::new(rules);
    at.add(root, value);
    for step in steps {
        let (declared, within) = at.beneath(step);
        is_declared = declared;
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
    Located { path, is_declared, rules: at.found.into_iter().map(|rule| &rules[rule]).collect() }
}

/// Escapes a key for use as a segment of a JSON pointer (RFC 6901 §3).
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

impl Located<'_> {
    /// Returns the issue for a value at this path that its type rejects, described by its schemas.
    pub(super) fn type_issue(&self) -> Issue {
        let is_not_null = |rule: &&&Rule| rule.types != ["null"];
        let formats: Vec<_> = self.rules.iter().flat_map(|rule| &rule.formats).map(String::as_str).collect();
        if !formats.is_empty() {
            return Issue::new(&self.path, "format", must_be(formats));
        }
        let types: Vec<_> =
            self.rules.iter().flat_map(|rule| &rule.types).filter(|name| *name != "null").collect();
        let name = self.rules.iter().filter(is_not_null).find_map(|rule| rule.name.as_deref());
        let message = match (name, &*types) {
            (Some(name), _) => format!("is not a valid `{name}`"),
            (None, [only]) if *only == "integer" => "expected integer".to_owned(),
            (None, [only]) if *only == "number" => "is a number that its type cannot hold".to_owned(),
            _ => "is not a valid value".to_owned(),
        };
        Issue::new(&self.path, "type", message)
    }
}

/// The schemas that apply to one value.
struct Here<'r> {
    rules: &'r [Rule],
    found: Vec<usize>,
}

impl<'r> Here<'r> {
    fn new(rules: &'r [Rule]) -> Self {
        Self { rules, found: Vec::new() }
    }

    /// Adds a schema, and the schemas that also apply to the value or may apply.
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

    /// Returns true if any variant declares this property. The name of the property then comes from the schema, not
    /// from the peer.
    fn is_named(&self, rule: usize, key: &str) -> bool {
        let Some(Forms::Tagged { branches, .. }) = &self.rules[rule].forms else { return false };
        branches.iter().any(|(_, branch)| self.rules[*branch].properties.iter().any(|(name, _)| name == key))
    }

    /// Returns whether the schemas declare a step, and the schemas of the value after it.
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
