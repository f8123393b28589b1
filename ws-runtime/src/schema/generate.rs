//! From a type to the schema that is published and enforced.

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, transform::Transform as _};
use serde_json::{Map, Value};

use super::{
    growth::{ends, growth},
    reconcile::Reconcile,
};

/// Which way a value goes: schemas differ, for serde reads and writes a type differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// It arrives and is deserialized.
    Inbound,
    /// It is serialized and leaves.
    Outbound,
}

/// Generates one schema document (JSON Schema 2020-12), of one type or of several that are put together by hand.
#[derive(Debug)]
pub(crate) struct Generator {
    schemas: SchemaGenerator,
    direction: Direction,
}

impl Generator {
    pub(crate) fn new(direction: Direction) -> Self {
        let settings = SchemaSettings::draft2020_12();
        let settings = match direction {
            Direction::Inbound => settings.for_deserialize(),
            Direction::Outbound => settings.for_serialize(),
        };
        Self { schemas: SchemaGenerator::new(settings), direction }
    }

    /// The schema of one type, with references into the document that [`finish`](Self::finish) makes. A type that has a
    /// name is always a reference, so that the schema of a recursive type can be moved into a larger document: schemars
    /// calls a root `#`, which there is another thing.
    pub(crate) fn schema<T: JsonSchema>(&mut self) -> Value {
        self.schemas.subschema_for::<T>().to_value()
    }

    /// Completes the document around its root.
    ///
    /// # Errors
    /// What in it serde does not keep and we cannot reconcile.
    pub(crate) fn finish(mut self, root: Value) -> Result<Value, String> {
        let mut document = match root {
            Value::Object(root) => root,
            Value::Bool(false) => Map::from_iter([("not".to_owned(), Value::Object(Map::new()))]),
            _ => Map::new(),
        };
        let definitions = self.schemas.take_definitions(true);
        if !definitions.is_empty() {
            document.insert("$defs".to_owned(), Value::Object(definitions));
        }
        let mut document = Schema::from(document);
        let mut reconcile = Reconcile::new(self.direction);
        reconcile.transform(&mut document);
        reconcile.finish()?;
        document.insert("$schema".to_owned(), schemars::consts::meta_schemas::DRAFT2020_12.into());
        let document = document.to_value();
        match self.direction {
            Direction::Inbound => growth(&document).map(drop)?,
            Direction::Outbound => ends(&document)?,
        }
        Ok(document)
    }
}
