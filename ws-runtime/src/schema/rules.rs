//! A schema as a list of rules, along which a value can be followed.

use std::collections::HashMap;

use jsonschema::Validator;
use serde_json::{Map, Value};

use super::{
    check::compile,
    choice::{Choice, aliased, alternatives, is_aliased, target},
    format::FORMATS,
};

/// The rules for the values at one position of a schema.
#[derive(Debug, Default)]
pub(super) struct Rule {
    /// The permitted JSON types; empty if the schema does not restrict them.
    pub(super) types: Vec<String>,
    /// The name of the definition to which the schema refers; `None` without a reference.
    pub(super) name: Option<String>,
    /// The formats of strings, validated or not.
    pub(super) formats: Vec<String>,
    /// Validates a value without its nested values and alternatives. `None` if there is no such rule.
    pub(super) here: Option<Validator>,
    /// Validates a value by the complete schema, for keywords that depend on other parts of it
    /// (`unevaluatedProperties`). `None` if there are none.
    pub(super) whole: Option<Validator>,
    /// Other schemas that also apply: a reference, `allOf`.
    pub(super) also: Vec<usize>,
    pub(super) forms: Option<Forms>,
    /// The names of each field with aliases; one of them is required.
    pub(super) aliased: Vec<Vec<String>>,
    pub(super) properties: Vec<(String, usize)>,
    pub(super) rest: Option<usize>,
    pub(super) prefix: Vec<usize>,
    pub(super) items: Option<usize>,
}

#[derive(Debug)]
pub(super) enum Forms {
    Tagged { tag: String, branches: Vec<(String, usize)>, other: Option<usize> },
    Keyed { units: Vec<String>, keys: Vec<(String, usize)> },
    Untold { branches: Vec<usize>, keyword: &'static str },
}

/// Builds the rules of a schema. The second value is the index of the root.
///
/// # Errors
/// Fails if the validator rejects a part of the schema, in most cases a pattern.
pub(super) fn rules(schema: &Value) -> Result<(Vec<Rule>, usize), String> {
    let mut build = RuleBuilder { document: schema, rules: Vec::new(), known: HashMap::new() };
    let root = build.rule(schema)?;
    Ok((build.rules, root))
}

struct RuleBuilder<'a> {
    document: &'a Value,
    rules: Vec<Rule>,
    /// The rules of references that were visited, so that a recursive schema terminates.
    known: HashMap<&'a str, usize>,
}

impl<'a> RuleBuilder<'a> {
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
        let mut rule = Rule {
            here: self.here(schema)?,
            whole: self.whole(schema)?,
            formats: formats(schema),
            ..Rule::default()
        };
        if let Some(types) = schema.get("type") {
            let types = types.as_array().map_or(std::slice::from_ref(types), Vec::as_slice);
            rule.types = types.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            rule.name = reference.rsplit('/').next().map(|name| name.replace("~1", "/").replace("~0", "~"));
            rule.also.push(self.reference(reference)?);
        }
        rule.aliased =
            aliased(schema).into_iter().map(|names| names.into_iter().map(str::to_owned).collect()).collect();
        let all = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        for also in all.filter(|also| !is_aliased(also)) {
            rule.also.push(self.rule(also)?);
        }
        rule.forms = self.forms(schema)?;
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            rule.properties.push((name.clone(), self.rule(property)?));
        }
        if let Some(rest @ Value::Object(_)) = schema.get("additionalProperties") {
            rule.rest = Some(self.rule(rest)?);
        } else if let Some(values) = patterned(schema) {
            rule.rest = Some(self.rule(values)?);
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
        let schema =
            target(self.document, reference).ok_or_else(|| format!("`{reference}` leads nowhere"))?;
        // The rule is registered before it is built, because the schema may refer to itself.
        self.known.insert(reference, self.rules.len());
        self.rule(schema)
    }

    fn forms(&mut self, schema: &'a Map<String, Value>) -> Result<Option<Forms>, String> {
        let Some(alternatives) = alternatives(self.document, schema) else { return Ok(None) };
        let keyword = if alternatives.exclusive { "oneOf" } else { "anyOf" };
        Ok(Some(match alternatives.choice {
            // An optional enum has its alternatives and `null`, which the JSON type distinguishes.
            Choice::Tagged { tag, branches } if !alternatives.null => {
                let other = alternatives.other.map(|other| self.rule(other)).transpose()?;
                Forms::Tagged { tag: tag.to_owned(), branches: self.named(branches)?, other }
            }
            Choice::Keyed { units, keys } if !alternatives.null && alternatives.other.is_none() => {
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

    /// Builds a validator for the keywords of one position, without those for nested values. `None` if none are left.
    fn here(&self, schema: &Map<String, Value>) -> Result<Option<Validator>, String> {
        let mut here = schema.clone();
        for within in [
            "$schema",
            "$ref",
            "allOf",
            "oneOf",
            "anyOf",
            "unevaluatedProperties",
            "unevaluatedItems",
            "$defs",
            "title",
            "description",
            "default",
            "examples",
            FORMATS,
        ] {
            here.remove(within);
        }
        // If no other properties are permitted, the names and number of the declared ones are part of this check.
        if here.get("additionalProperties") != Some(&Value::Bool(false)) {
            here.remove("properties");
            here.remove("additionalProperties");
        }
        if here.get("items") != Some(&Value::Bool(false)) {
            here.remove("prefixItems");
            here.remove("items");
        }
        if patterned(schema).is_some() {
            let patterns = here.get_mut("patternProperties").and_then(Value::as_object_mut);
            patterns.into_iter().flatten().for_each(|(_, values)| *values = true.into());
        }
        for property in here.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            *property.1 = true.into();
        }
        for item in here.get_mut("prefixItems").and_then(Value::as_array_mut).into_iter().flatten() {
            *item = true.into();
        }
        if here.is_empty() { Ok(None) } else { self.compile(here).map(Some) }
    }

    /// Builds a validator for the complete schema, if it has keywords that depend on all others. `None` if not.
    fn whole(&self, schema: &Map<String, Value>) -> Result<Option<Validator>, String> {
        let whole = schema.contains_key("unevaluatedProperties") || schema.contains_key("unevaluatedItems");
        whole.then(|| self.compile(schema.clone())).transpose()
    }

    fn compile(&self, mut schema: Map<String, Value>) -> Result<Validator, String> {
        schema.remove("$schema");
        // Most schemas contain no reference, and each compilation reads all definitions that it is given.
        let refers = Value::Object(schema.clone()).to_string().contains("\"$ref\"");
        if let (true, Some(definitions)) = (refers, self.document.get("$defs")) {
            schema.insert("$defs".to_owned(), definitions.clone());
        }
        compile(&Value::Object(schema))
    }
}

/// Returns the formats of a schema, validated or not.
fn formats(schema: &Map<String, Value>) -> Vec<String> {
    let all = schema.get(FORMATS).and_then(Value::as_array).into_iter().flatten().chain(schema.get("format"));
    all.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Returns the schema of the values of a map with one key pattern, such as integer keys. `None` for any other schema.
fn patterned(schema: &Map<String, Value>) -> Option<&Value> {
    let patterns = schema.get("patternProperties")?.as_object()?;
    let mut values = patterns.values().filter(|values| values.is_object());
    let only = (patterns.len() == 1 && !schema.contains_key("properties")).then(|| values.next())?;
    only.filter(|_| schema.get("additionalProperties") == Some(&Value::Bool(false)))
}
