//! A path's captures one by one, for the struct that the attribute generates.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{Pairs, PartPlan};
use crate::{
    codec::{Invalid, On},
    schema::{Direction, Generator, Issue, SchemaError},
};

/// A type that a capture of a path can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a path parameter",
    label = "not read from one segment",
    note = "use `String`, a number, or a type of one of them that derives `serde::Deserialize` and `schemars::JsonSchema`"
)]
pub trait Segment: DeserializeOwned + JsonSchema {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema> Segment for T {}

/// Captures and their types, on the way to a [`PartPlan`].
pub struct CapturePlan {
    generator: Generator,
    properties: Map<String, Value>,
}

impl CapturePlan {
    pub(super) fn new() -> Self {
        Self { generator: Generator::new(Direction::Inbound), properties: Map::new() }
    }

    /// Adds a capture.
    pub fn capture<T: Segment>(mut self, name: &str) -> Self {
        let schema = self.generator.schema::<T>();
        self.properties.insert(name.to_owned(), schema);
        self
    }

    /// Completes the plan.
    ///
    /// # Errors
    /// If a type cannot be read from one segment.
    pub fn build(self) -> Result<PartPlan, SchemaError> {
        let required: Vec<_> = self.properties.keys().cloned().collect();
        let root = json!({"type": "object", "properties": self.properties, "required": required});
        PartPlan::finish(self.generator, root, "path parameters")
    }
}

/// A path's captures, checked; to be taken one by one.
#[derive(Debug)]
pub struct Captures {
    value: Map<String, Value>,
    issues: Vec<Issue>,
}

impl Captures {
    /// Checks the captures by their plan.
    pub fn new(plan: &PartPlan, pairs: &Pairs) -> Self {
        let (value, issues) = plan.value(pairs).unwrap_or_default();
        Self { value, issues }
    }

    /// Takes a capture. `None` if it does not fit, or any other does not: what is wrong is said by [`give`](Self::give).
    pub fn read<T: Segment>(&mut self, name: &str) -> Option<T> {
        let value = self.value.remove(name).filter(|_| self.issues.is_empty())?;
        let read = T::deserialize(value).ok();
        if read.is_none() {
            let issue = Issue::new(&format!("/{name}"), "type", "has a value that its type does not take");
            self.issues.push(issue);
        }
        read
    }

    /// Gives a capture that was taken, if all captures fit.
    ///
    /// # Errors
    /// What is wrong with the captures, all of them together.
    pub fn give<T>(&mut self, taken: Option<T>) -> Result<T, Invalid> {
        match taken {
            Some(value) if self.issues.is_empty() => Ok(value),
            _ => Err(Invalid::schema(On::Params, self.issues.clone())),
        }
    }
}
