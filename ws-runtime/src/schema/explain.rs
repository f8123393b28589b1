//! Explains why a value is invalid, briefly and in bounded time.
//!
//! The validator's own errors are not used. It collects all of them (a megabyte of invalid items yields a hundred
//! thousand), and for an enum it reports only that no alternative matched. Instead, this module walks the schema along
//! the value. At each path, a small validator checks that value alone, and of the alternatives only the one that the
//! tag names is walked.

use std::cell::Cell;

use jsonschema::{error::ValidationErrorKind, paths::LocationSegment};
use serde_json::Value;

use super::{
    Issue, Step,
    closest::{FailedForm, closest},
    describe::{describe, one_of},
    issue::MAX_ISSUES,
    locate::{ANY_KEY, escaped, locate},
    rules::{Forms, Rule, rules},
};

/// The maximum number of steps in one explanation. A step is one check of one value.
const MAX_STEPS: usize = 50_000;
/// The number of steps that each value in the message adds to the limit. The schema may require several checks of each
/// value.
const STEPS_PER_VALUE: usize = 16;
/// The number of steps that are available for any message.
const LEAST_STEPS: usize = 64;

/// A schema, prepared for explaining errors.
#[derive(Debug)]
pub(super) struct Explainer {
    rules: Vec<Rule>,
    root: usize,
}

impl Explainer {
    /// Prepares a schema for explaining errors.
    ///
    /// # Errors
    /// Fails if the validator rejects a part of the schema, in most cases a pattern.
    pub(super) fn new(schema: &Value) -> Result<Self, String> {
        rules(schema).map(|(rules, root)| Self { rules, root })
    }

    /// Returns the issues of an invalid value, sorted by path. There is at least one.
    pub(super) fn explain(&self, value: &Value) -> Vec<Issue> {
        self.counted(value).0
    }

    /// Returns the issues of an invalid value, and the number of steps taken.
    fn counted(&self, value: &Value) -> (Vec<Issue>, usize) {
        let mut walk = ExplainWalk {
            rules: &self.rules,
            path: String::new(),
            steps: Cell::new(0),
            most: most_steps(value),
            issues: Vec::new(),
        };
        walk.visit(self.root, value);
        let mut issues = Issue::shortlist(walk.issues);
        if issues.is_empty() {
            issues.push(Issue::new("", "schema", "does not fit the schema"));
        }
        (issues, walk.steps.get())
    }

    /// Returns the issue for a value that its schema accepts and its type rejects. `steps` is the path to that value.
    pub(super) fn type_issue(&self, value: &Value, steps: &[Step]) -> Issue {
        locate(&self.rules, self.root, value, steps).type_issue()
    }

    /// Returns a path as a JSON pointer, without keys that come from the value.
    pub(super) fn path(&self, value: &Value, steps: &[Step]) -> String {
        locate(&self.rules, self.root, value, steps).path
    }

    /// Returns true if the schema declares the last key of a path.
    pub(super) fn is_declared(&self, value: &Value, steps: &[Step]) -> bool {
        locate(&self.rules, self.root, value, steps).is_declared
    }

    /// Returns true if the schema is an enum whose variants are identified by a tag or a key.
    pub(super) fn is_told(&self) -> bool {
        let mut rule = &self.rules[self.root];
        for _ in 0..8 {
            match (&rule.forms, &*rule.also) {
                (Some(forms), _) => return !matches!(forms, Forms::Untold { .. }),
                (None, [also]) => rule = &self.rules[*also],
                _ => return false,
            }
        }
        false
    }
}

struct ExplainWalk<'e> {
    rules: &'e [Rule],
    path: String,
    steps: Cell<usize>,
    /// The maximum number of steps for this value.
    most: usize,
    issues: Vec<Issue>,
}

/// Returns the maximum number of steps for a value, a multiple of the number of values in it. A short message therefore
/// has a short explanation.
fn most_steps(value: &Value) -> usize {
    fn count(value: &Value, left: usize) -> usize {
        let Some(mut left) = left.checked_sub(1) else { return 0 };
        match value {
            Value::Array(items) => {
                for item in items {
                    left = count(item, left);
                    if left == 0 {
                        break;
                    }
                }
            }
            Value::Object(members) => {
                for member in members.values() {
                    left = count(member, left);
                    if left == 0 {
                        break;
                    }
                }
            }
            _ => {}
        }
        left
    }
    const MOST_VALUES: usize = MAX_STEPS / STEPS_PER_VALUE;
    let values = MOST_VALUES - count(value, MOST_VALUES);
    (LEAST_STEPS + STEPS_PER_VALUE * values).min(MAX_STEPS)
}

impl<'e> ExplainWalk<'e> {
    fn visit(&mut self, id: usize, value: &Value) {
        self.step();
        if self.issues.len() >= MAX_ISSUES || self.is_spent() {
            return;
        }
        let rules = self.rules;
        let rule = &rules[id];
        let before = self.issues.len();
        self.check_here(id, value);
        for &also in &rule.also {
            self.visit(also, value);
        }
        match &rule.forms {
            None => {}
            Some(Forms::Tagged { tag, branches, other }) => self.tagged(tag, (branches, *other), value),
            Some(Forms::Keyed { units, keys }) => self.keyed(units, keys, value),
            Some(Forms::Untold { branches, keyword }) => self.untold(branches, keyword, value),
        }
        for names in &rule.aliased {
            if let (Some(members), Some(name)) = (value.as_object(), names.first())
                && !names.iter().any(|name| members.contains_key(name))
            {
                self.report("required", format!("`{name}` is required"));
            }
        }
        self.within(rule, value);
        if self.issues.len() == before
            && !self.is_spent()
            && rule.whole.as_ref().is_some_and(|whole| !whole.is_valid(value))
        {
            self.report("unevaluatedProperties", "has a property that is not allowed");
        }
    }

    fn step(&self) {
        self.steps.set(self.steps.get() + 1);
    }

    /// Returns true if no steps are left. The explanation then ends with the issues found so far.
    fn is_spent(&self) -> bool {
        self.steps.get() > self.most
    }

    fn check_here(&mut self, id: usize, value: &Value) {
        let rule = &self.rules[id];
        let Some(validator) = &rule.here else { return };
        if validator.is_valid(value) {
            return;
        }
        // One value has few rules, so collecting all failures is cheap. `patternProperties` may be as long as the
        // object, so only its first failure is collected.
        let errors: Vec<_> = if rule.properties.is_empty() {
            validator.validate(value).err().into_iter().collect()
        } else {
            validator.iter_errors(value).collect()
        };
        for error in errors {
            // The alternatives are checked separately.
            if matches!(
                error.kind(),
                ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. }
            ) {
                continue;
            }
            let (keyword, message) = describe(error.kind());
            let steps: Vec<_> = error.instance_path().into_iter().map(step).collect();
            let path = locate(self.rules, id, value, &steps).path;
            self.under(&path, |walk| walk.report(keyword, message));
        }
    }

    fn within(&mut self, rule: &Rule, value: &Value) {
        match value {
            Value::Object(members) if rule.rest.is_none() => {
                for (name, property) in &rule.properties {
                    if let Some(member) = members.get(name) {
                        self.below(Some(name), *property, member);
                    }
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    match rule.properties.iter().find(|(known, _)| known == name) {
                        Some((name, property)) => self.below(Some(name), *property, member),
                        None => rule.rest.into_iter().for_each(|rest| self.below(None, rest, member)),
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let Some(&within) = rule.prefix.get(index).or(rule.items.as_ref()) else { break };
                    if self.issues.len() >= MAX_ISSUES || self.is_spent() {
                        break;
                    }
                    self.below(Some(&index.to_string()), within, item);
                }
            }
            _ => {}
        }
    }

    fn tagged(
        &mut self,
        tag: &str,
        (branches, other): (&'e [(String, usize)], Option<usize>),
        value: &Value,
    ) {
        let Some(members) = value.as_object() else {
            return self.report("type", "expected object");
        };
        let names = || one_of(branches.iter().map(|(name, _)| &**name));
        let Some(given) = members.get(tag) else {
            return self.report("required", format!("`{tag}` is required: {}", names()));
        };
        let branch = branches.iter().find(|(name, _)| given == name).map(|(_, branch)| *branch);
        match branch.or_else(|| other.filter(|_| given.is_string())) {
            Some(branch) => self.visit(branch, value),
            None => self.with(Some(tag), |walk| walk.report("enum", names())),
        }
    }

    fn keyed(&mut self, units: &'e [String], keys: &'e [(String, usize)], value: &Value) {
        let names = || one_of(units.iter().chain(keys.iter().map(|(name, _)| name)).map(|name| &**name));
        match value {
            Value::String(unit) if units.contains(unit) => {}
            Value::Object(members) if members.len() == 1 => {
                let known = members.iter().find_map(|(given, member)| {
                    keys.iter().find(|(name, _)| name == given).map(|(name, schema)| (name, *schema, member))
                });
                match known {
                    Some((name, schema, member)) => self.below(Some(name), schema, member),
                    None => self.report("enum", format!("the only key: {}", names())),
                }
            }
            Value::Object(_) => self.report("oneOf", format!("one key: {}", names())),
            Value::String(_) => self.report("enum", names()),
            _ => self.report("type", names()),
        }
    }

    /// Explains alternatives without a tag. If the JSON type of the value matches only one of them, its issues are
    /// reported.
    fn untold(&mut self, branches: &'e [usize], keyword: &'static str, value: &Value) {
        let mut fitting: Vec<_> = branches.iter().filter(|branch| self.fits(**branch, value, 0)).collect();
        if fitting.is_empty() {
            // If the alternatives are `null` and one other, the other one is explained.
            fitting = branches.iter().filter(|branch| self.rules[**branch].types != ["null"]).collect();
            if let (true, Some(types)) = (fitting.len() > 1, self.types(branches)) {
                return self.report("type", format!("expected {types}"));
            }
        }
        if let [only] = &*fitting {
            return self.visit(**only, value);
        }
        let found = std::mem::take(&mut self.issues);
        let (mut holding, mut failed) = (0, Vec::new());
        for &branch in fitting {
            self.visit(branch, value);
            let issues = std::mem::take(&mut self.issues);
            if issues.is_empty() {
                holding += 1;
            } else {
                failed.push(FailedForm { issues, known: self.known_members(branch, value, 0) });
            }
        }
        self.issues = found;
        match holding {
            // An alternative that was not checked completely is neither valid nor invalid.
            _ if self.is_spent() => {}
            0 => {
                for issue in closest(failed, &self.path, keyword) {
                    self.add(issue);
                }
            }
            2.. if keyword == "oneOf" => {
                self.report(keyword, "fits more than one of the allowed forms");
            }
            _ => {}
        }
    }

    /// Returns the number of members of an object that a rule declares.
    fn known_members(&self, rule: usize, value: &Value, depth: usize) -> usize {
        self.step();
        let rule = &self.rules[rule];
        let Some(members) = value.as_object().filter(|_| depth < 8 && !self.is_spent()) else { return 0 };
        let own = rule.properties.iter().filter(|(name, _)| members.contains_key(name)).count();
        own + rule.also.iter().map(|also| self.known_members(*also, value, depth + 1)).sum::<usize>()
    }

    /// Returns the JSON types that the alternatives accept. `None` unless each of them declares its types.
    fn types(&self, branches: &[usize]) -> Option<String> {
        let mut all = Vec::new();
        for &branch in branches {
            let mut rule = &self.rules[branch];
            // A reference has no types; they are declared in its definition.
            while let ([], [also], None) = (&*rule.types, &*rule.also, &rule.forms) {
                rule = &self.rules[*also];
            }
            if rule.types.is_empty() {
                return None;
            }
            all.extend(rule.types.iter().map(String::as_str));
        }
        all.sort_by_key(|name| *name == "null");
        let mut known = Vec::new();
        all.retain(|name| {
            !known.contains(name) && {
                known.push(*name);
                true
            }
        });
        Some(all.join(" or "))
    }

    /// Returns true if a rule accepts values of this JSON type.
    fn fits(&self, rule: usize, value: &Value, depth: usize) -> bool {
        self.step();
        let rule = &self.rules[rule];
        let here = rule.types.is_empty()
            || rule.types.iter().any(|name| match &**name {
                "null" => value.is_null(),
                "boolean" => value.is_boolean(),
                "integer" | "number" => value.is_number(),
                "string" => value.is_string(),
                "array" => value.is_array(),
                "object" => value.is_object(),
                _ => false,
            });
        here && (depth > 8
            || self.is_spent()
            || (rule.also.iter().all(|also| self.fits(*also, value, depth + 1))
                && match &rule.forms {
                    None => true,
                    Some(Forms::Tagged { .. }) => value.is_object(),
                    Some(Forms::Keyed { .. }) => value.is_object() || value.is_string(),
                    Some(Forms::Untold { branches, .. }) => {
                        branches.iter().any(|branch| self.fits(*branch, value, depth + 1))
                    }
                }))
    }

    fn below(&mut self, segment: Option<&str>, rule: usize, value: &Value) {
        self.with(segment, |walk| walk.visit(rule, value));
    }

    /// Calls a function for a value one step deeper. `None` stands for a key that the schema does not declare.
    fn with(&mut self, segment: Option<&str>, then: impl FnOnce(&mut Self)) {
        self.under(&format!("/{}", segment.map_or(ANY_KEY.into(), escaped)), then);
    }

    /// Calls a function for a value at a path below the current one.
    fn under(&mut self, path: &str, then: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(path);
        then(self);
        self.path.truncate(length);
    }

    fn report(&mut self, keyword: &'static str, message: impl Into<String>) {
        self.add(Issue::new(&self.path, keyword, message));
    }

    fn add(&mut self, issue: Issue) {
        // All values of a map are reported under one path, so equal issues are reported once.
        if self.issues.len() < MAX_ISSUES && !self.issues.contains(&issue) {
            self.issues.push(issue);
        }
    }
}

fn step(segment: LocationSegment<'_>) -> Step {
    match segment {
        LocationSegment::Property(key) => Step::Key(key.into_owned()),
        LocationSegment::Index(index) => Step::Index(index),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use schemars::JsonSchema;
    use serde_json::json;

    use super::super::Check;
    use super::*;

    #[derive(JsonSchema)]
    #[serde(tag = "type", rename_all = "snake_case")]
    #[expect(dead_code, reason = "only the schema is used")]
    enum Say {
        Text {
            #[schemars(length(min = 1, max = 5))]
            text: String,
        },
        Move(Point),
        Who,
    }

    #[derive(JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the schema is used")]
    struct Point {
        #[serde(rename = "a/b~c")]
        x: u8,
        y: Option<[i8; 2]>,
    }

    #[derive(JsonSchema)]
    #[serde(tag = "t", content = "c")]
    #[expect(dead_code, reason = "only the schema is used")]
    enum Adjacent {
        One { n: u8 },
        Two(String),
    }

    #[derive(JsonSchema)]
    #[serde(rename_all = "lowercase")]
    #[expect(dead_code, reason = "only the schema is used")]
    enum External {
        Unit,
        New(u8),
        Struct { n: u8 },
    }

    #[derive(JsonSchema)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "only the schema is used")]
    enum Untagged {
        Number(u8),
        Small { x: u8 },
        Big { x: u8, y: u8 },
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema is used")]
    struct Envelope {
        id: u8,
        #[serde(flatten)]
        say: Say,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema is used")]
    struct Tree {
        children: Vec<Tree>,
    }

    fn explain<T: JsonSchema>(value: &Value) -> Vec<String> {
        let check = Check::inbound::<T>().unwrap();
        assert!(!check.is_valid(value), "{value} is valid");
        let issues = check.explain(value).into_iter();
        issues.map(|issue| format!("{} {}: {}", issue.path, issue.keyword, issue.message)).collect()
    }

    #[test]
    fn tagged_enum_reports_issues_of_the_tagged_variant() {
        let tags = "expected one of `text`, `move`, `who`";
        for (value, issues) in [
            (json!({"type": "text", "text": ""}), vec!["/text minLength: must not be empty".into()]),
            (json!({"type": "text"}), vec![" required: `text` is required".into()]),
            (json!({"type": "text", "text": 5}), vec!["/text type: expected string".into()]),
            (json!({"type": "shout", "text": ""}), vec![format!("/type enum: {tags}")]),
            (json!({"type": 7}), vec![format!("/type enum: {tags}")]),
            (json!({"text": "x"}), vec![format!(" required: `type` is required: {tags}")]),
            (json!(["text", "x"]), vec![" type: expected object".into()]),
            (
                json!({"type": "move", "a/b~c": 300, "y": [1, 200]}),
                vec![
                    "/a~1b~0c maximum: must be at most 255".into(),
                    "/y/1 maximum: must be at most 127".into(),
                ],
            ),
        ] {
            assert_eq!(explain::<Say>(&value), issues, "{value}");
            let inside: Vec<_> = issues.iter().map(|issue| format!("/0{issue}")).collect();
            assert_eq!(explain::<Vec<Say>>(&json!([value])), inside);
            assert_eq!(explain::<Vec<Option<Say>>>(&json!([value])), inside);
        }
    }

    #[test]
    fn untagged_and_keyed_enums_report_the_matching_variant() {
        let names = "expected one of `unit`, `new`, `struct`";
        for (issues, expected) in [
            (
                explain::<Adjacent>(&json!({"t": "One", "c": {}})),
                vec!["/c required: `n` is required".to_owned()],
            ),
            (explain::<Adjacent>(&json!({"t": "Two"})), vec![" required: `c` is required".into()]),
            (explain::<Adjacent>(&json!({"t": "Six"})), vec!["/t enum: expected one of `One`, `Two`".into()]),
            (explain::<External>(&json!({"new": -1})), vec!["/new minimum: must be at least 0".into()]),
            (
                explain::<External>(&json!({"struct": {"n": "1"}})),
                vec!["/struct/n type: expected integer".into()],
            ),
            (explain::<External>(&json!("SECRET")), vec![format!(" enum: {names}")]),
            (explain::<External>(&json!({"SECRET": 1})), vec![format!(" enum: the only key: {names}")]),
            (explain::<External>(&json!({"new": 1, "unit": 1})), vec![format!(" oneOf: one key: {names}")]),
            (explain::<External>(&json!(5)), vec![format!(" type: {names}")]),
            (explain::<Untagged>(&json!(-1)), vec![" minimum: must be at least 0".into()]),
            (explain::<Untagged>(&json!({"x": -1})), vec!["/x minimum: must be at least 0".into()]),
            (explain::<Untagged>(&json!("x")), vec![" type: expected integer or object".into()]),
            (
                explain::<Envelope>(&json!({"id": -1, "type": "text", "text": ""})),
                vec!["/id minimum: must be at least 0".into(), "/text minLength: must not be empty".into()],
            ),
        ] {
            assert_eq!(issues, expected);
        }
    }

    #[test]
    fn issues_do_not_echo_keys_of_the_value() {
        let issues = explain::<Point>(&json!({"a/b~c": 1, "SECRET": 2}));
        assert_eq!(issues, [" additionalProperties: has a property that is not allowed"]);
        let issues = explain::<BTreeMap<String, Vec<u8>>>(&json!({"SECRET": ["SECRET"]}));
        assert_eq!(issues, ["/*/0 type: expected integer"]);
        let issues = explain::<BTreeMap<u8, u8>>(&json!({"1": "SECRET"}));
        assert_eq!(issues, ["/* type: expected integer"]);
        let issues = explain::<BTreeMap<u8, u8>>(&json!({"SECRET": 1}));
        assert_eq!(issues, [" additionalProperties: has a property that is not allowed"]);
    }

    #[test]
    fn issues_are_limited_in_number_and_length() {
        let many: Value = std::iter::repeat_n("SECRET", 100_000).collect();
        assert_eq!(explain::<Vec<u8>>(&many).len(), 8);
        let mut deep = json!({"children": 1});
        for _ in 0..50 {
            deep = json!({"children": [deep]});
        }
        let [issue] = &*explain::<Tree>(&deep) else { panic!() };
        assert!(issue.len() < 200 && issue.ends_with(": expected array"), "{issue}");
        // The first invalid item is beyond the step limit, so the issue has no path.
        let late: Value = std::iter::repeat_n(json!(1), 200_000).chain([json!("x")]).collect();
        assert_eq!(explain::<Vec<u8>>(&late), [" schema: does not fit the schema"]);
        let late =
            (0..200_000).map(|key| (format!("{key:06}"), json!(1))).chain([("x".to_owned(), json!("x"))]);
        assert_eq!(explain::<BTreeMap<String, u8>>(&late.collect()), [" schema: does not fit the schema"]);
    }

    #[test]
    fn explaining_takes_steps_proportional_to_the_message() {
        /// The explainer is called directly, because start-up would reject this type.
        #[derive(JsonSchema)]
        #[serde(untagged)]
        #[expect(dead_code, reason = "only the schema is used")]
        enum Doubling {
            Leaf(u8),
            One { x: Box<Doubling> },
            Two { x: Box<Doubling>, y: Option<u8> },
            Three { x: Vec<Doubling> },
        }

        #[derive(JsonSchema)]
        #[serde(untagged)]
        #[expect(dead_code, reason = "only the schema is used")]
        enum Json {
            Number(u8),
            List(Vec<Json>),
            Map(BTreeMap<String, Json>),
        }

        fn bounded<T: JsonSchema>(value: &Value) {
            let schema = schemars::generate::SchemaSettings::draft2020_12().into_generator();
            let schema = schema.into_root_schema_for::<Vec<T>>().to_value();
            let (issues, steps) = Explainer::new(&schema).unwrap().counted(&json!([value]));
            let bytes = value.to_string().len() + 2;
            assert!(
                !issues.is_empty() && steps <= 64 + 16 * bytes,
                "{steps} steps for {bytes} bytes: {value}"
            );
        }
        let (mut deep, mut list, mut twice) = (json!("x"), json!("x"), json!("x"));
        for _ in 0..40 {
            bounded::<Doubling>(&deep);
            bounded::<Doubling>(&twice);
            bounded::<Json>(&list);
            bounded::<Json>(&deep);
            (deep, list, twice) = (json!({"x": deep}), json!([[], list]), json!({"x": [twice]}));
        }
    }
}
