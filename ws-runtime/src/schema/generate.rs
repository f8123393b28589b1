//! Generates the schema of a type, which is both published and enforced.

use std::time::{Duration, SystemTime};

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, transform::Transform as _};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    Direction,
    growth::{ends, growth},
    reconcile::Reconcile,
    recorder::{Probe, probe},
    rest::Rest,
    tagging,
    twins::{Document, shared_name},
    widen::widen,
};

fn settings(direction: Direction) -> SchemaSettings {
    let settings = SchemaSettings::draft2020_12();
    match direction {
        Direction::Inbound => settings.for_deserialize(),
        Direction::Outbound => settings.for_serialize(),
    }
}

/// Generates one schema document (JSON Schema 2020-12) for one type, or for several that the caller combines.
#[derive(Debug)]
pub(crate) struct Generator {
    schemas: SchemaGenerator,
    direction: Direction,
    /// The schema of each type, and a function that generates it without references.
    parts: Vec<(Value, WriteOut)>,
    /// Reads the root type from a recorder. `None` if aliases are not searched.
    probe: Option<Probe>,
}

/// Generates the schema of a type with all references expanded, except the definitions of recursive types.
type WriteOut = fn(SchemaSettings) -> (Value, Map<String, Value>);

fn write_out<T: JsonSchema>(settings: SchemaSettings) -> (Value, Map<String, Value>) {
    let mut schemas = SchemaGenerator::new(settings);
    let schema = schemas.subschema_for::<T>().to_value();
    (schema, schemas.take_definitions(false))
}

impl Generator {
    pub(crate) fn new(direction: Direction) -> Self {
        Self { schemas: SchemaGenerator::new(settings(direction)), direction, parts: Vec::new(), probe: None }
    }

    /// Returns the schema of one type, with references into the document of [`finish`](Self::finish). A named type is
    /// always a reference, so that a recursive type can be part of a larger document: schemars refers to the root type
    /// as `#`, which has another meaning there.
    pub(crate) fn schema<T: JsonSchema>(&mut self) -> Value {
        let schema = self.schemas.subschema_for::<T>().to_value();
        self.parts.push((schema.clone(), write_out::<T>));
        schema
    }

    /// Returns the schema of an inbound type, which must be the root. [`finish`](Self::finish) adds the names that the
    /// type accepts and schemars does not list.
    pub(crate) fn read<T: JsonSchema + DeserializeOwned>(&mut self) -> Value {
        self.probe = Some(probe::<T>);
        self.schema::<T>()
    }

    /// Returns the name of a type's definition; `None` if the document does not contain it.
    fn name_of<T: JsonSchema>(&mut self) -> Option<String> {
        let before = self.schemas.definitions().len();
        let schema = self.schemas.subschema_for::<T>();
        let name = schema.get("$ref")?.as_str()?.rsplit('/').next()?.to_owned();
        if self.schemas.definitions().len() > before {
            self.schemas.definitions_mut().remove(&name);
            return None;
        }
        Some(name)
    }

    /// # Errors
    /// Fails if two different types share one definition.
    fn tell_apart(&self) -> Result<(), String> {
        for (root, write_out) in &self.parts {
            let referring = Document { root, definitions: self.schemas.definitions() };
            if !referring.can_be_written_out() {
                continue;
            }
            let mut settings = settings(self.direction);
            settings.inline_subschemas = true;
            let (root, definitions) = write_out(settings);
            if let Some(name) = shared_name(referring, Document { root: &root, definitions: &definitions }) {
                return Err(format!(
                    "two different types of one module are named `{name}`, and schemars treats them as one (types inside \
                     functions count as the module's): rename one, as in `#[schemars(rename = \"Other{name}\")]`"
                ));
            }
        }
        Ok(())
    }

    /// Completes the document with the schema `root` at its root.
    ///
    /// # Errors
    /// Fails if serde and the schema differ in a way that cannot be reconciled.
    pub(crate) fn finish(mut self, root: Value) -> Result<Value, String> {
        let mut document = match root {
            Value::Object(root) => root,
            Value::Bool(false) => Map::from_iter([("not".to_owned(), Value::Object(Map::new()))]),
            _ => Map::new(),
        };
        self.tell_apart()?;
        let seconds = [self.name_of::<Duration>(), self.name_of::<SystemTime>()];
        let definitions = self.schemas.take_definitions(true);
        if !definitions.is_empty() {
            document.insert("$defs".to_owned(), Value::Object(definitions));
        }
        let document = Value::Object(document);
        tagging::check(&document, self.direction)?;
        let mut document = Schema::from(document.as_object().cloned().unwrap_or_default());
        let mut reconcile = Reconcile::new(self.direction, seconds.into_iter().flatten().collect());
        reconcile.transform(&mut document);
        reconcile.finish()?;
        let before = document.clone().to_value();
        Rest { document: &before }.transform(&mut document);
        document.insert("$schema".to_owned(), schemars::consts::meta_schemas::DRAFT2020_12.into());
        let mut document = document.to_value();
        match self.direction {
            Direction::Inbound => growth(&document).map(drop)?,
            Direction::Outbound => ends(&document)?,
        }
        if let Some(probe) = self.probe {
            widen(&mut document, probe)?;
        }
        Ok(document)
    }
}
