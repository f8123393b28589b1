//! A path's captures one by one, for the struct that the attribute generates.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{Pairs, PartPlan, plan::Sorted};
use crate::{
    codec::{Invalid, On, typed::Refused},
    schema::{Direction, Generator, Issue, SchemaError, Step},
};

/// A type that a capture of a path can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a path parameter",
    label = "not read from one segment",
    note = "use `String`, a number, or a type of one of them that derives `serde::Deserialize` and `schemars::JsonSchema` (of schemars 1, not 0.8)"
)]
pub trait Segment: DeserializeOwned + JsonSchema {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema> Segment for T {}

/// A path's captures, asked for one by one: for their types before listening, for their values with each request.
///
/// Both passes run the same function, so a path and its plan cannot disagree. It takes every capture before it gives one.
#[derive(Debug)]
pub struct Captures<'a>(Pass<'a>);

#[derive(Debug)]
enum Pass<'a> {
    Plan(&'a mut Properties),
    Read { sorted: Option<Sorted<'a>>, issues: Vec<Issue> },
}

/// The schemas of captures, by their names.
#[derive(Debug)]
struct Properties {
    generator: Generator,
    schemas: Map<String, Value>,
}

impl Captures<'_> {
    /// Decides what is decided once about the captures that `all` takes.
    ///
    /// # Errors
    /// If a type cannot be read from one segment.
    pub fn plan<T>(
        all: impl FnOnce(&mut Captures<'_>) -> Result<T, Invalid>,
    ) -> Result<PartPlan, SchemaError> {
        let mut properties =
            Properties { generator: Generator::new(Direction::Inbound), schemas: Map::new() };
        // There are no values yet, so none is given.
        let _: Result<T, Invalid> = all(&mut Captures(Pass::Plan(&mut properties)));
        let Properties { generator, schemas } = properties;
        let required: Vec<_> = schemas.keys().cloned().collect();
        let root = json!({"type": "object", "properties": schemas, "required": required});
        PartPlan::finish(generator, root, "path parameters")
    }

    /// Checks a request's captures by their plan, and reads what `all` takes.
    ///
    /// # Errors
    /// What is wrong with the captures, all of them together.
    pub fn read<T>(
        plan: &PartPlan,
        pairs: &Pairs,
        all: impl FnOnce(&mut Captures<'_>) -> Result<T, Invalid>,
    ) -> Result<T, Invalid> {
        let sorted = plan.sort(pairs);
        let issues = sorted.as_ref().map(|sorted| sorted.issues.clone()).unwrap_or_default();
        all(&mut Captures(Pass::Read { sorted, issues }))
    }

    /// Takes a capture. `None` if it does not fit, or any other does not: what is wrong is said by [`give`](Self::give).
    pub fn take<T: Segment>(&mut self, name: &str) -> Option<T> {
        match &mut self.0 {
            Pass::Plan(properties) => {
                let schema = properties.generator.schema::<T>();
                properties.schemas.insert(name.to_owned(), schema);
                None
            }
            Pass::Read { sorted, issues } => {
                let sorted = sorted.as_ref().filter(|_| issues.is_empty())?;
                let read = T::deserialize(sorted.member(name)?);
                let issue = |refused: Refused| sorted.refused(refused.below(|| Step::Key(name.to_owned())));
                read.map_err(|refused| issues.push(issue(refused))).ok()
            }
        }
    }

    /// Gives a capture that was taken, if all captures fit.
    ///
    /// # Errors
    /// What is wrong with the captures, all of them together.
    pub fn give<T>(&mut self, taken: Option<T>) -> Result<T, Invalid> {
        let issues = match &self.0 {
            Pass::Plan(_) => &[],
            Pass::Read { issues, .. } => issues.as_slice(),
        };
        match taken {
            Some(value) if issues.is_empty() => Ok(value),
            _ => Err(Invalid::schema(On::Params, issues.to_vec())),
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
    fn all(captures: &mut Captures<'_>) -> Result<Params, Invalid> {
        let (room, seat) = (captures.take("room"), captures.take("seat"));
        Ok(Params { room: captures.give(room)?, seat: captures.give(seat)? })
    }

    #[test]
    fn captures_match_the_segments_of_the_path() {
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
            #[expect(dead_code, reason = "it is never read")]
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
    fn type_that_no_segment_matches_does_not_start() {
        let wait = |captures: &mut Captures<'_>| {
            let wait = captures.take::<std::time::Duration>("wait");
            captures.give(wait)
        };
        let refused = Captures::plan(wait).unwrap_err();
        assert!(refused.to_string().contains("`wait` is an object"), "{refused}");
    }
}
