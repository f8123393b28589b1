//! Flattened maps in a surrounding object.
//!
//! serde passes a flattened map the members that no surrounding field takes. JSON Schema's `additionalProperties`
//! considers only the properties of the same schema. If an object refers to the schema with the map, as a branch of a
//! tagged enum does, the tag would have to be a valid value of the map. The surrounding names are therefore also
//! declared in the schema of the map.

use schemars::{
    Schema,
    transform::{Transform, transform_subschemas},
};
use serde_json::{Map, Value};

use super::choice::{is_annotation, target};

/// The keywords whose schemas apply to the same object.
const COMBINED: [&str; 3] = ["oneOf", "anyOf", "allOf"];
/// The maximum depth of nested references and alternatives. It is more than types have and ends cycles.
const MAX_DEPTH: usize = 16;

/// Declares the properties of an object in the schemas of the flattened maps in it.
pub(super) struct Rest<'a> {
    /// The document before the change, in which references are resolved.
    pub(super) document: &'a Value,
}

impl Transform for Rest<'_> {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(object) = schema.as_object_mut() {
            self.open(object);
        }
        transform_subschemas(self, schema);
    }
}

impl Rest<'_> {
    fn open(&self, object: &mut Map<String, Value>) {
        let Some(names) = object.get("properties").and_then(Value::as_object) else { return };
        let names: Vec<String> = names.keys().cloned().collect();
        for keyword in COMBINED {
            for part in object.get_mut(keyword).and_then(Value::as_array_mut).into_iter().flatten() {
                self.name(part, &names, 0);
            }
        }
        let Some(reference) = object.get("$ref").and_then(Value::as_str) else { return };
        let Some(referred) = target(self.document, reference).filter(|referred| self.takes_rest(referred, 0))
        else {
            return;
        };
        let mut referred = referred.clone();
        self.name(&mut referred, &names, 0);
        object.remove("$ref");
        if let Some(all) = object.entry("allOf").or_insert_with(|| Value::Array(Vec::new())).as_array_mut() {
            all.push(referred);
        }
    }

    /// Declares properties in the maps of a nested schema. A reference gets them as siblings, and is expanded when the
    /// walk reaches it.
    fn name(&self, schema: &mut Value, names: &[String], depth: usize) {
        if !self.takes_rest(schema, depth) {
            return;
        }
        let Some(object) = schema.as_object_mut() else { return };
        for keyword in COMBINED {
            for part in object.get_mut(keyword).and_then(Value::as_array_mut).into_iter().flatten() {
                self.name(part, names, depth + 1);
            }
        }
        if object.contains_key("$ref") || is_rest(object) {
            let properties = object.entry("properties").or_insert_with(|| Value::Object(Map::new()));
            for name in names {
                if let Some(properties) = properties.as_object_mut() {
                    properties.entry(name.as_str()).or_insert(Value::Bool(true));
                }
            }
        }
    }

    /// Returns true if the schema contains a map that takes the remaining members of the object.
    fn takes_rest(&self, schema: &Value, depth: usize) -> bool {
        let Some(object) = schema.as_object().filter(|_| depth < MAX_DEPTH) else { return false };
        let referred = object.get("$ref").and_then(Value::as_str);
        let parts = COMBINED.iter().filter_map(|keyword| object.get(*keyword)?.as_array()).flatten();
        is_rest(object)
            || referred
                .and_then(|reference| target(self.document, reference))
                .into_iter()
                .chain(parts)
                .any(|part| self.takes_rest(part, depth + 1))
    }
}

/// Returns true if the schema constrains undeclared properties.
fn is_rest(object: &Map<String, Value>) -> bool {
    object.contains_key("patternProperties")
        || object
            .get("additionalProperties")
            .and_then(Value::as_object)
            .is_some_and(|rest| rest.keys().any(|keyword| !is_annotation(keyword)))
}
