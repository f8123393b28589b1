//! Unit variants of an externally tagged enum that shares its object with a tag.

use schemars::Schema;
use serde_json::{Value, json};

use super::edit::strings_of;

/// Replaces the names of unit variants by objects with the name as the only key, as serde writes them beside a tag.
pub(super) fn unit_keys(schema: &mut Schema) {
    if schema.get("type").is_none_or(|kind| kind != "object") || schema.get("properties").is_none() {
        return;
    }
    let Some(branches) = schema.get_mut("oneOf").and_then(Value::as_array_mut) else { return };
    let all = std::mem::take(branches).into_iter().flat_map(|branch| {
        let names: Vec<String> = if branch["type"] == "string" {
            strings_of(&branch).into_iter().map(str::to_owned).collect()
        } else {
            Vec::new()
        };
        if names.is_empty() {
            return vec![branch];
        }
        let unit = |name: String| {
            let mut unit = json!({"type": "object", "properties": {}, "required": [name]});
            unit["properties"][&name] = json!({"type": "null"});
            if let Some(description) = branch.get("description") {
                unit["description"] = description.clone();
            }
            unit
        };
        names.into_iter().map(unit).collect()
    });
    *branches = all.collect();
}
