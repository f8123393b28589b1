//! Flattened maps, seen from a surrounding schema.
//!
//! serde passes a flattened map the members that no surrounding field takes. JSON Schema's `additionalProperties` knows
//! only the properties beside it: if an object refers to the schema with the map, as a branch of a tagged enum does,
//! the tag would have to be a valid value of the map. The surrounding names are therefore declared beside the map too.

use schemars::{
    Schema,
    transform::{Transform, transform_subschemas},
};
use serde_json::{Map, Value};

use super::choice::{is_annotation, target};

/// Keywords that apply to the same object.
const COMBINED: [&str; 3] = ["oneOf", "anyOf", "allOf"];
/// More nested references and alternatives than types have; a cycle is abandoned.
const MAX_DEPTH: usize = 16;

/// Declares the properties of an object beside the flattened maps in it.
pub(super) struct Rest<'a> {
    /// The document before the change, for references.
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

    /// Declares properties beside the maps of a nested schema. A reference gets them as siblings and is expanded when
    /// its turn comes.
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

    /// Returns true if a map in the schema takes the other members of the object.
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

/// Returns true if undeclared properties have a schema of their own.
fn is_rest(object: &Map<String, Value>) -> bool {
    object.contains_key("patternProperties")
        || object
            .get("additionalProperties")
            .and_then(Value::as_object)
            .is_some_and(|rest| rest.keys().any(|keyword| !is_annotation(keyword)))
}
