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
#[derive(Debug)]
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
    value: Value,
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
        let value = self.value.get_mut(name).map(Value::take).filter(|_| self.issues.is_empty())?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Params {
        room: String,
        seat: u32,
    }

    /// As the attribute writes it.
    fn read(plan: &PartPlan, pairs: &Pairs) -> Result<Params, Invalid> {
        let mut captures = Captures::new(plan, pairs);
        let (room, seat) = (captures.read("room"), captures.read("seat"));
        Ok(Params { room: captures.give(room)?, seat: captures.give(seat)? })
    }

    fn plan() -> PartPlan {
        PartPlan::captures().capture::<String>("room").capture::<u32>("seat").build().unwrap()
    }

    #[test]
    fn captures_have_the_types_that_the_path_gives_them() {
        assert_eq!(plan().names().collect::<Vec<_>>(), ["room", "seat"]);
        for (room, seat, params) in [
            ("a%20b", "7", Params { room: "a b".into(), seat: 7 }),
            ("7", "4294967295", Params { room: "7".into(), seat: u32::MAX }),
        ] {
            let pairs = Pairs::captures([("room", room), ("seat", seat)]).unwrap();
            assert_eq!(read(&plan(), &pairs).unwrap(), params);
        }
    }

    #[test]
    fn the_issues_of_all_captures_come_together() {
        #[derive(Debug, serde::Deserialize, JsonSchema)]
        struct Short(
            #[schemars(length(max = 2))]
            #[expect(dead_code, reason = "it is never read")]
            String,
        );

        let plan = PartPlan::captures().capture::<Short>("room").capture::<u32>("seat").build().unwrap();
        let pairs = Pairs::captures([("room", "SECRET"), ("seat", "+1")]).unwrap();
        let mut captures = Captures::new(&plan, &pairs);
        let (room, seat) = (captures.read::<Short>("room"), captures.read::<u32>("seat"));
        for invalid in [captures.give(room).unwrap_err(), captures.give(seat).unwrap_err()] {
            let issues: Vec<_> =
                invalid.errors().iter().map(|issue| (&*issue.path, &*issue.keyword)).collect();
            assert_eq!(issues, [("/room", "maxLength"), ("/seat", "type")]);
            assert_eq!(invalid.on(), On::Params);
            assert!(!invalid.to_problem().contains("SECRET"));
        }
    }

    #[test]
    fn a_type_that_no_segment_is_gets_refused_at_start_up() {
        let refused = PartPlan::captures().capture::<std::time::Duration>("wait").build().unwrap_err();
        assert!(refused.to_string().contains("`wait` is an object"), "{refused}");
    }
}
