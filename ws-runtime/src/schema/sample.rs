//! A value that a schema accepts, to lead a type to what follows it.

use serde_json::Value;

use super::{choice::resolve, edit::strings_of};

/// Returns a value that a schema accepts, if it is easy to find: an item is reached after those before it.
pub(super) fn sample(document: &Value, schema: &Value, depth: usize) -> Value {
    let schema = resolve(document, schema);
    if depth > 16 {
        return Value::Null;
    }
    if let Some(name) = strings_of(schema).first() {
        return (*name).into();
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(branch) = schema[key].as_array().and_then(|branches| branches.first()) {
            return sample(document, branch, depth + 1);
        }
    }
    let kind = &schema["type"];
    match kind.as_str().or_else(|| kind[0].as_str()) {
        Some("boolean") => false.into(),
        Some("integer" | "number") => {
            schema.get("minimum").filter(|low| low.as_f64() >= Some(0.0)).cloned().unwrap_or(0.into())
        }
        Some("string") => match schema["format"].as_str() {
            Some("ipv6") => "::1".into(),
            Some("ipv4") => "127.0.0.1".into(),
            _ => "x".repeat(schema["minLength"].as_u64().map_or(0, |least| least.min(64) as usize)).into(),
        },
        Some("array") => {
            let prefix = schema["prefixItems"].as_array().into_iter().flatten();
            prefix.map(|item| sample(document, item, depth + 1)).collect()
        }
        Some("object") => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let member =
                |name: &str| (name.to_owned(), sample(document, &schema["properties"][name], depth + 1));
            Value::Object(required.map(member).collect())
        }
        _ => Value::Null,
    }
}
