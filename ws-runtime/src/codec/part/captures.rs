//! Reads the captures of a path, one by one, into the struct that the attribute generates.

use serde_json::{Map, Value, json};

use super::{Pairs, PartPlan, Segment, plan::Sorted};
use crate::{
    codec::{Invalid, On, typed::TypeError},
    schema::{Direction, Generator, Issue, SchemaError, Step},
};

/// The captures of a path, requested one by one: their types before the server listens, and their values with each
/// request.
///
/// Both passes run the same function, so a path and its plan cannot disagree. The function takes every capture before
/// it returns one.
#[derive(Debug)]
pub struct Captures<'a>(Phase<'a>);

#[derive(Debug)]
enum Phase<'a> {
    Plan(&'a mut CaptureProperties),
    Read { sorted: Option<Sorted<'a>>, issues: Vec<Issue> },
}

/// The schemas of all captures, by the name of the capture.
#[derive(Debug)]
struct CaptureProperties {
    generator: Generator,
    schemas: Map<String, Value>,
    /// Captures that every path of the route has.
    required: Vec<String>,
}

impl Captures<'_> {
    /// Prepares the captures that `all` takes.
    ///
    /// # Errors
    /// Fails if a type cannot be read from one segment of a path.
    pub fn plan<T>(
        all: impl FnOnce(&mut Captures<'_>) -> Result<T, Invalid>,
    ) -> Result<PartPlan, SchemaError> {
        let mut properties = CaptureProperties {
            generator: Generator::new(Direction::Inbound),
            schemas: Map::new(),
            required: Vec::new(),
        };
        // There are no values yet, so the function returns an error, which is ignored.
        let _: Result<T, Invalid> = all(&mut Captures(Phase::Plan(&mut properties)));
        let CaptureProperties { generator, schemas, required } = properties;
        let root = json!({"type": "object", "properties": schemas, "required": required});
        PartPlan::finish(generator, root, "path parameters")
    }

    /// Validates the captures of a request and reads those that `all` takes.
    ///
    /// # Errors
    /// Fails with the errors of all captures.
    pub fn read<T>(
        plan: &PartPlan,
        pairs: &Pairs,
        all: impl FnOnce(&mut Captures<'_>) -> Result<T, Invalid>,
    ) -> Result<T, Invalid> {
        let sorted = plan.sort(pairs);
        let issues = sorted.as_ref().map(|sorted| sorted.issues.clone()).unwrap_or_default();
        all(&mut Captures(Phase::Read { sorted, issues }))
    }

    /// Reads a capture. `None` if this or any other capture is invalid; [`give`](Self::give) reports the errors.
    pub fn take<T: Segment>(&mut self, name: &str) -> Option<T> {
        match &mut self.0 {
            Phase::Plan(properties) => {
                properties.required.push(name.to_owned());
                properties.add::<T>(name);
                None
            }
            Phase::Read { sorted, issues } => {
                let sorted = sorted.as_ref().filter(|_| issues.is_empty())?;
                let read = T::deserialize(sorted.member(name)?);
                let issue = |error: TypeError| sorted.type_issue(error.below(|| Step::Key(name.to_owned())));
                read.map_err(|error| issues.push(issue(error))).ok()
            }
        }
    }

    /// Reads a capture that a path of the route lacks: `Some(None)` if it is absent. `None` if this or any other capture
    /// is invalid.
    pub fn take_optional<T: Segment>(&mut self, name: &str) -> Option<Option<T>> {
        match &mut self.0 {
            Phase::Plan(properties) => {
                properties.add::<T>(name);
                None
            }
            Phase::Read { sorted, issues } => {
                let sorted = sorted.as_ref().filter(|_| issues.is_empty())?;
                if sorted.member(name).is_none() { Some(None) } else { self.take(name).map(Some) }
            }
        }
    }

    /// Returns a capture that was read, if all captures are valid.
    ///
    /// # Errors
    /// Fails with the errors of all captures.
    pub fn give<T>(&mut self, taken: Option<T>) -> Result<T, Invalid> {
        let issues = match &self.0 {
            Phase::Plan(_) => &[],
            Phase::Read { issues, .. } => issues.as_slice(),
        };
        match taken {
            Some(value) if issues.is_empty() => Ok(value),
            _ => Err(Invalid::schema(On::Params, issues.to_vec())),
        }
    }
}

impl CaptureProperties {
    fn add<T: Segment>(&mut self, name: &str) {
        let schema = self.generator.schema::<T>();
        self.schemas.insert(name.to_owned(), schema);
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;

    use super::*;

    #[derive(Debug, PartialEq)]
    struct Params {
        room: String,
        seat: u32,
    }

    /// The function that the attribute generates.
    fn all(captures: &mut Captures<'_>) -> Result<Params, Invalid> {
        let (room, seat) = (captures.take("room"), captures.take("seat"));
        Ok(Params { room: captures.give(room)?, seat: captures.give(seat)? })
    }

    #[test]
    fn captures_are_read_into_their_types() {
        let plan = Captures::plan(all).unwrap();
        assert_eq!(plan.names().collect::<Vec<_>>(), ["room", "seat"]);
        for (room, seat, params) in [
            ("a%20b", "7", Params { room: "a b".into(), seat: 7 }),
            ("7", "4294967295", Params { room: "7".into(), seat: u32::MAX }),
        ] {
            let pairs = Pairs::captures([("room", room), ("seat", seat)]).unwrap();
            assert_eq!(Captures::read(&plan, &pairs, all).unwrap(), params);
        }
    }

    #[test]
    fn issues_of_all_captures_are_reported_together() {
        #[derive(Debug, serde::Deserialize, JsonSchema)]
        struct Short(
            #[schemars(length(max = 2))]
            #[expect(dead_code, reason = "no value is ever read")]
            String,
        );

        let first = |captures: &mut Captures<'_>| {
            let (room, _) = (captures.take::<Short>("room"), captures.take::<u32>("seat"));
            captures.give(room).map(drop)
        };
        let last = |captures: &mut Captures<'_>| {
            let (_, seat) = (captures.take::<Short>("room"), captures.take::<u32>("seat"));
            captures.give(seat).map(drop)
        };
        let plan = Captures::plan(first).unwrap();
        let pairs = Pairs::captures([("room", "SECRET"), ("seat", "+1")]).unwrap();
        for all in [first, last] {
            let invalid = Captures::read(&plan, &pairs, all).unwrap_err();
            let issues: Vec<_> =
                invalid.errors().iter().map(|issue| (&*issue.path, &*issue.keyword)).collect();
            assert_eq!(issues, [("/room", "maxLength"), ("/seat", "type")]);
            assert_eq!(invalid.on(), On::Params);
            assert!(!invalid.to_detailed_problem().contains("SECRET"));
        }
    }

    #[test]
    fn capture_type_must_be_a_scalar() {
        let wait = |captures: &mut Captures<'_>| {
            let wait = captures.take::<std::time::Duration>("wait");
            captures.give(wait)
        };
        let error = Captures::plan(wait).unwrap_err();
        assert!(error.to_string().contains("`wait` is an object"), "{error}");
    }
}
