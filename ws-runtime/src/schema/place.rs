//! Checks whether a JSON pointer can have a target in the values of a schema.

use serde_json::{Map, Value};

use super::choice::{resolve, target};

/// The maximum number of nested schemas without a step of the pointer between them. Deeper ones count as a target.
const DEPTH: usize = 64;

/// Returns true if the JSON pointer (RFC 6901) may have a target in a value that `schema` accepts. False is certain if
/// objects have only the properties listed in their schema, as those written by serde do.
pub(super) fn leads(schema: &Value, pointer: &str) -> bool {
    let steps: Vec<String> =
        pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    walk(schema, schema, &steps, DEPTH)
}

fn walk(root: &Value, schema: &Value, steps: &[String], depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return true };
    let schema = resolve(root, schema);
    let Some((step, rest)) = steps.split_first() else { return !is_nothing(schema) };
    let Value::Object(schema) = schema else { return *schema != Value::Bool(false) };
    if says_nothing(schema) {
        return true;
    }
    let parts =
        ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    let named = schema.get("$ref").and_then(Value::as_str).and_then(|reference| target(root, reference));
    if parts.chain(named).any(|schema| walk(root, schema, steps, depth)) {
        return true;
    }
    let fixed = schema.get("enum").and_then(Value::as_array).into_iter().flatten().chain(schema.get("const"));
    if fixed.into_iter().any(|value| value.pointer(&written(steps)).is_some()) {
        return true;
    }
    beneath(schema, step).into_iter().any(|schema| walk(root, schema, rest, DEPTH))
}

/// Returns the schemas of the values to which a step may lead.
fn beneath<'a>(schema: &'a Map<String, Value>, step: &str) -> Vec<&'a Value> {
    if let Some(property) = schema.get("properties").and_then(|properties| properties.get(step)) {
        return vec![property];
    }
    let patterns =
        schema.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let others =
        ["additionalProperties", "unevaluatedProperties"].into_iter().filter_map(|key| schema.get(key));
    let mut all: Vec<&Value> = patterns.chain(others).collect();
    if let Some(index) = index(step) {
        let fixed = schema.get("prefixItems").and_then(|items| items.get(index));
        all.extend(fixed.or_else(|| schema.get("items")));
    }
    all
}

/// Returns the index of an array that a step denotes (RFC 6901 §4): digits without a leading zero. `None` for any other
/// step.
fn index(step: &str) -> Option<usize> {
    let is_index = step == "0" || !step.starts_with('0') && step.bytes().all(|byte| byte.is_ascii_digit());
    is_index.then(|| step.parse().ok())?
}

/// Returns true if a schema accepts no value, or only `null`.
fn is_nothing(schema: &Value) -> bool {
    let is_null = |key| match schema.get(key) {
        Some(Value::String(kind)) => key == "type" && kind == "null",
        Some(Value::Array(all)) => all.iter().all(|one| one.is_null() || key == "type" && one == "null"),
        Some(Value::Null) => key == "const",
        _ => false,
    };
    *schema == Value::Bool(false) || ["type", "enum", "const"].into_iter().any(is_null)
}

/// Returns true if a schema does not restrict its values.
fn says_nothing(schema: &Map<String, Value>) -> bool {
    const SAYS: &[&str] =
        &["type", "properties", "oneOf", "anyOf", "allOf", "$ref", "enum", "const", "items", "prefixItems"];
    const DEPENDS: &[&str] = &["if", "dependentSchemas", "$dynamicRef"];
    let any = |keys: &[&str]| keys.iter().any(|key| schema.contains_key(*key));
    let free = schema.get("type").is_some_and(|kind| kind == "object")
        && !any(&[
            "properties",
            "patternProperties",
            "additionalProperties",
            "oneOf",
            "anyOf",
            "allOf",
            "$ref",
        ]);
    !any(SAYS) || any(DEPENDS) || free
}

fn written(steps: &[String]) -> String {
    steps
        .iter()
        .fold(String::new(), |pointer, step| pointer + "/" + &step.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use schemars::JsonSchema;
    use serde::Serialize;

    use super::leads;
    use crate::schema::Check;

    #[derive(Serialize, JsonSchema)]
    struct Quote {
        symbol: String,
        price: Option<Price>,
        #[serde(rename = "a/b~c")]
        odd: u8,
        by_place: BTreeMap<String, Price>,
        trail: Vec<Quote>,
        any: serde_json::Value,
        nothing: (),
    }

    #[derive(Serialize, JsonSchema)]
    struct Price {
        amount: u32,
    }

    #[derive(Serialize, JsonSchema)]
    #[serde(tag = "type", rename_all = "snake_case")]
    #[expect(dead_code, reason = "only the schema is used")]
    enum Heard {
        Quote(Quote),
        Pair { pair: (u8, Price) },
        Idle,
    }

    #[test]
    fn pointer_leads_only_to_values_of_the_schema() {
        let quote = Check::outbound::<Quote>().unwrap();
        let heard = Check::outbound::<Heard>().unwrap();
        for (check, pointer, expected) in [
            (&quote, "/symbol", true),
            (&quote, "/symbl", false),
            (&quote, "/symbol/name", false),
            (&quote, "/price/amount", true),
            (&quote, "/price/amounts", false),
            (&quote, "/a~1b~0c", true),
            (&quote, "/a/b~c", false),
            (&quote, "/by_place/berlin/amount", true),
            (&quote, "/by_place/berlin/price", false),
            (&quote, "/trail/0/trail/7/symbol", true),
            (&quote, "/trail/0/trail/7/name", false),
            (&quote, "/trail/first", false),
            (&quote, "/any/thing", true),
            (&heard, "/type", true),
            (&heard, "/symbol", true),
            (&heard, "/pair/1/amount", true),
            (&heard, "/pair/0/amount", false),
            (&heard, "/pair/2", false),
            (&heard, "/room", false),
            (&quote, "/trail/07/symbol", false),
            (&quote, "/trail/+7/symbol", false),
            (&quote, "/trail//symbol", false),
            (&heard, "/pair/01/amount", false),
            (&quote, "/nothing", false),
            (&quote, "/by_place/berlin", true),
            (&quote, "/price", true),
        ] {
            assert_eq!(leads(check.schema(), pointer), expected, "{pointer} in {}", check.schema());
        }
    }
}
