//! A map that takes the rest of an object's members, seen from a schema around it.
//!
//! serde hands a flattened map what nobody around it has taken. JSON Schema's `additionalProperties` knows only the properties
//! beside it: where an object refers to the schema with the map, as the branch of a tagged enum does, the map's values would
//! have to be what the tag is. So the names from around are named beside the map too.

use schemars::{
    Schema,
    transform::{Transform, transform_subschemas},
};
use serde_json::{Map, Value};

use super::choice::{is_annotation, target};

/// What applies to the same object as the schema that it stands in.
const COMBINED: [&str; 3] = ["oneOf", "anyOf", "allOf"];
/// More references and alternatives within one another than types have; a ring of them is given up.
const MAX_DEPTH: usize = 16;

/// Names an object's properties beside the maps that take the rest of it.
pub(super) struct Rest<'a> {
    /// The document as it was, for references.
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

    /// Names properties beside the maps of a schema that stands within another. A reference gets them beside it, and is
    /// written out when its turn comes.
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

    /// Whether a map in the schema takes the rest of the object that the schema is about.
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

/// Whether properties that are not named have a schema of their own.
fn is_rest(object: &Map<String, Value>) -> bool {
    object.contains_key("patternProperties")
        || object
            .get("additionalProperties")
            .and_then(Value::as_object)
            .is_some_and(|rest| rest.keys().any(|keyword| !is_annotation(keyword)))
}
