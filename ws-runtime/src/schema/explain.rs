//! Why a value does not keep its schema, in few words and bounded time.
//!
//! The validator's own errors are not used as they come: it collects all of them (a megabyte of bad items makes a hundred
//! thousand), and of an enum it says only that nothing matched. Here the schema is walked along the value; at each place a
//! small validator answers for that place alone, and of the alternatives only the one that the value's tag names is walked.

use std::collections::HashMap;

use jsonschema::{Validator, error::ValidationErrorKind};
use serde_json::{Map, Value};

use super::{
    Issue,
    check::compile,
    choice::{Choice, alternatives, target},
    issue::{MAX_ISSUES, describe, one_of},
};

/// The most places that are looked at before the search is given up.
const MAX_STEPS: usize = 50_000;

/// A schema, taken apart for explaining.
#[derive(Debug)]
pub(super) struct Explainer {
    rules: Vec<Rule>,
    root: usize,
}

/// What one place of a schema demands.
#[derive(Debug, Default)]
struct Rule {
    /// Which JSON types may stand here, where the schema says it.
    types: Vec<String>,
    /// The demands on this place alone.
    here: Option<Validator>,
    /// Schemas that hold as well: a reference, `allOf`.
    also: Vec<usize>,
    forms: Option<Forms>,
    properties: Vec<(String, usize)>,
    rest: Option<usize>,
    prefix: Vec<usize>,
    items: Option<usize>,
}

#[derive(Debug)]
enum Forms {
    Tagged { tag: String, branches: Vec<(String, usize)> },
    Keyed { units: Vec<String>, keys: Vec<(String, usize)> },
    Untold { branches: Vec<usize>, keyword: &'static str },
}

impl Explainer {
    /// Takes a schema apart.
    ///
    /// # Errors
    /// What the validator refuses in it: a pattern, mostly.
    pub(super) fn new(schema: &Value) -> Result<Self, String> {
        let mut build = Build { document: schema, rules: Vec::new(), known: HashMap::new() };
        let root = build.rule(schema)?;
        Ok(Self { rules: build.rules, root })
    }

    /// The issues of a value that is known to be invalid: at least one, sorted by path.
    pub(super) fn explain(&self, value: &Value) -> Vec<Issue> {
        let mut walk = Walk { rules: &self.rules, path: String::new(), hidden: 0, steps: 0, issues: Vec::new() };
        walk.visit(self.root, value);
        let mut issues = Issue::settle(walk.issues);
        if issues.is_empty() {
            issues.push(Issue::new("", "schema", "does not fit the schema"));
        }
        issues
    }

    /// Whether the whole schema is an enum whose variants are told by tag or key.
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

struct Build<'a> {
    document: &'a Value,
    rules: Vec<Rule>,
    /// The rules of references, so that a recursive schema ends.
    known: HashMap<&'a str, usize>,
}

impl<'a> Build<'a> {
    fn rule(&mut self, schema: &'a Value) -> Result<usize, String> {
        let id = self.rules.len();
        self.rules.push(Rule::default());
        let rule = match schema {
            Value::Object(schema) => self.keywords(schema)?,
            schema => Rule { here: Some(compile(schema)?), ..Rule::default() },
        };
        self.rules[id] = rule;
        Ok(id)
    }

    fn keywords(&mut self, schema: &'a Map<String, Value>) -> Result<Rule, String> {
        let mut rule = Rule { here: self.here(schema)?, ..Rule::default() };
        if let Some(types) = schema.get("type") {
            let types = types.as_array().map_or(std::slice::from_ref(types), Vec::as_slice);
            rule.types = types.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            rule.also.push(self.reference(reference)?);
        }
        for also in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            rule.also.push(self.rule(also)?);
        }
        rule.forms = self.forms(schema)?;
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            rule.properties.push((name.clone(), self.rule(property)?));
        }
        if let Some(rest @ Value::Object(_)) = schema.get("additionalProperties") {
            rule.rest = Some(self.rule(rest)?);
        }
        for item in schema.get("prefixItems").and_then(Value::as_array).into_iter().flatten() {
            rule.prefix.push(self.rule(item)?);
        }
        if let Some(items @ Value::Object(_)) = schema.get("items") {
            rule.items = Some(self.rule(items)?);
        }
        Ok(rule)
    }

    fn reference(&mut self, reference: &'a str) -> Result<usize, String> {
        if let Some(&id) = self.known.get(reference) {
            return Ok(id);
        }
        let schema = target(self.document, reference).ok_or_else(|| format!("`{reference}` leads nowhere"))?;
        // The rule is known before it is built: the schema may refer to itself.
        self.known.insert(reference, self.rules.len());
        self.rule(schema)
    }

    fn forms(&mut self, schema: &'a Map<String, Value>) -> Result<Option<Forms>, String> {
        let Some(alternatives) = alternatives(self.document, schema) else { return Ok(None) };
        let keyword = if alternatives.exclusive { "oneOf" } else { "anyOf" };
        Ok(Some(match alternatives.choice {
            // An optional enum is its alternatives or `null`, which the JSON type tells apart.
            Choice::Tagged { tag, branches } if !alternatives.null => {
                Forms::Tagged { tag: tag.to_owned(), branches: self.named(branches)? }
            }
            Choice::Keyed { units, keys } if !alternatives.null => {
                let units = units.into_iter().map(str::to_owned).collect();
                Forms::Keyed { units, keys: self.named(keys)? }
            }
            _ => {
                let all = schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
                let branches = all.map(|branch| self.rule(branch)).collect::<Result<_, _>>()?;
                Forms::Untold { branches, keyword }
            }
        }))
    }

    fn named(&mut self, branches: Vec<(&str, &'a Value)>) -> Result<Vec<(String, usize)>, String> {
        branches.into_iter().map(|(name, schema)| Ok((name.to_owned(), self.rule(schema)?))).collect()
    }

    /// A validator of what the schema demands of this place, without what it demands of the places within.
    fn here(&self, schema: &Map<String, Value>) -> Result<Option<Validator>, String> {
        // Which properties are left over is known only with everything that could have known them.
        let whole = schema.contains_key("unevaluatedProperties") || schema.contains_key("unevaluatedItems");
        let mut here = schema.clone();
        if !whole {
            for within in ["$ref", "allOf", "oneOf", "anyOf", "$defs", "title", "description", "default", "examples"] {
                here.remove(within);
            }
            match here.get("additionalProperties") {
                Some(Value::Bool(false)) => {
                    if let Some(properties) = here.get_mut("properties").and_then(Value::as_object_mut) {
                        properties.values_mut().for_each(|property| *property = true.into());
                    }
                }
                _ => {
                    here.remove("properties");
                    here.remove("additionalProperties");
                }
            }
            match here.get("items") {
                Some(Value::Bool(false)) => {}
                _ => {
                    here.remove("items");
                    here.remove("prefixItems");
                }
            }
            if let Some(items) = here.get_mut("prefixItems").and_then(Value::as_array_mut) {
                items.iter_mut().for_each(|item| *item = true.into());
            }
        }
        here.remove("$schema");
        if here.is_empty() {
            return Ok(None);
        }
        // Most places refer to nothing, and each compilation reads all definitions that it is given.
        let refers = Value::Object(here.clone()).to_string().contains("\"$ref\"");
        if let (true, Some(definitions)) = (refers, self.document.get("$defs")) {
            here.insert("$defs".to_owned(), definitions.clone());
        }
        compile(&Value::Object(here)).map(Some)
    }
}

struct Walk<'e> {
    rules: &'e [Rule],
    path: String,
    /// How many keys of the value itself lie on the way to this place: they are content and stay out of the path.
    hidden: usize,
    steps: usize,
    issues: Vec<Issue>,
}

impl<'e> Walk<'e> {
    fn visit(&mut self, rule: usize, value: &Value) {
        self.steps += 1;
        if self.issues.len() >= MAX_ISSUES || self.steps > MAX_STEPS {
            return;
        }
        let rules = self.rules;
        let rule = &rules[rule];
        self.check_here(rule, value);
        for &also in &rule.also {
            self.visit(also, value);
        }
        match &rule.forms {
            None => {}
            Some(Forms::Tagged { tag, branches }) => self.tagged(tag, branches, value),
            Some(Forms::Keyed { units, keys }) => self.keyed(units, keys, value),
            Some(Forms::Untold { branches, keyword }) => self.untold(branches, keyword, value),
        }
        self.within(rule, value);
    }

    fn check_here(&mut self, rule: &Rule, value: &Value) {
        let Some(validator) = &rule.here else { return };
        if validator.is_valid(value) {
            return;
        }
        // One place has few demands, so collecting all that fail is short. What remains of `patternProperties` is as long
        // as the object, and ends with the first.
        let errors: Vec<_> = if rule.properties.is_empty() {
            validator.validate(value).err().into_iter().collect()
        } else {
            validator.iter_errors(value).collect()
        };
        for error in errors {
            // Alternatives are looked into elsewhere.
            if matches!(
                error.kind(),
                ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. }
            ) {
                continue;
            }
            let (keyword, message) = describe(error.kind());
            match error.instance_path().as_str() {
                "" => self.report(keyword, message),
                _ => self.with(None, |walk| walk.report(keyword, message)),
            }
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
                    if self.issues.len() >= MAX_ISSUES || self.steps > MAX_STEPS {
                        break;
                    }
                    self.below(Some(&index.to_string()), within, item);
                }
            }
            _ => {}
        }
    }

    fn tagged(&mut self, tag: &str, branches: &'e [(String, usize)], value: &Value) {
        let Some(members) = value.as_object() else {
            return self.report("type", "expected object");
        };
        let names = || one_of(branches.iter().map(|(name, _)| &**name));
        let Some(given) = members.get(tag) else {
            return self.report("required", format!("`{tag}` is required: {}", names()));
        };
        match branches.iter().find(|(name, _)| given == name) {
            Some((_, branch)) => self.visit(*branch, value),
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

    /// Alternatives that only trying tells apart: where the JSON type leaves one, its issues are meant.
    fn untold(&mut self, branches: &'e [usize], keyword: &'static str, value: &Value) {
        let fitting: Vec<_> = branches.iter().filter(|branch| self.fits(**branch, value, 0)).collect();
        if let [only] = &*fitting {
            return self.visit(**only, value);
        }
        let found = std::mem::take(&mut self.issues);
        let mut holding = 0;
        for branch in fitting {
            self.visit(*branch, value);
            holding += usize::from(self.issues.is_empty());
            self.issues.clear();
        }
        self.issues = found;
        match holding {
            0 => self.report(keyword, "fits none of the allowed forms"),
            2.. if keyword == "oneOf" => {
                self.report(keyword, "fits more than one of the allowed forms");
            }
            _ => {}
        }
    }

    /// Whether a rule takes values of this JSON type.
    fn fits(&self, rule: usize, value: &Value, depth: usize) -> bool {
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

    /// Does something one step further down; `None` is a key that the schema does not declare.
    fn with(&mut self, segment: Option<&str>, then: impl FnOnce(&mut Self)) {
        let (length, hidden) = (self.path.len(), self.hidden);
        match segment {
            Some(segment) if hidden == 0 => {
                self.path.push('/');
                // RFC 6901 §3: `~` and `/` are escaped within a segment.
                self.path.push_str(&segment.replace('~', "~0").replace('/', "~1"));
            }
            _ => self.hidden += 1,
        }
        then(self);
        self.path.truncate(length);
        self.hidden = hidden;
    }

    fn report(&mut self, keyword: &'static str, message: impl Into<String>) {
        if self.issues.len() < MAX_ISSUES {
            let mut message = message.into();
            if self.hidden > 0 {
                message.insert_str(0, "a value in it: ");
            }
            self.issues.push(Issue::new(&self.path, keyword, message));
        }
    }
}
