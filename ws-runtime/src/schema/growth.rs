//! Checks that the cost of decoding a type is bounded by the length of the input.
//!
//! serde tries the variants of an untagged enum in turn. If two of them contain the same enum under the same keys, each
//! level of a message is read twice as often as the level above it, and a few hundred bytes keep a core busy for years.
//! A harmless type, such as a tree whose variants have different keys or a JSON value, has no such variants. The schema
//! shows the difference: it is an automaton that reads paths, and a type is rejected if two runs read the same path and
//! end at the same node.

use std::collections::BTreeSet;

use serde_json::Value;

use super::paths::Graph;

/// The maximum number of pairs of nodes that are compared for one definition.
const MOST_PAIRS: usize = 100_000;

/// The cost of decoding a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Growth {
    /// The cost is linear: each value is read a constant number of times.
    Linear,
    /// The cost grows with the depth: each value is copied once for each level above it.
    ByDepth,
}

/// Determines the cost of decoding by a schema document.
///
/// # Errors
/// Fails if the type cannot be decoded in bounded time. The text names the type and the change to make.
pub(super) fn growth(document: &Value) -> Result<Growth, String> {
    assess(&Graph::of(document)?)
}

/// Checks that the type of a document can have a finite value.
///
/// # Errors
/// Fails if the type contains itself directly.
pub(super) fn ends(document: &Value) -> Result<(), String> {
    Graph::of(document).map(drop)
}

fn assess(graph: &Graph<'_>) -> Result<Growth, String> {
    let mut growth = Growth::Linear;
    let mut backwards = vec![Vec::new(); graph.len()];
    for from in 0..graph.len() {
        for step in graph.steps(from) {
            backwards[step.to].push(from);
        }
    }
    let mut assessed = without_cycle(graph, &backwards);
    for node in 0..graph.len() {
        if assessed.contains(&node) {
            continue;
        }
        let returning = reached(node, |at| backwards[at].iter().copied());
        let ahead = reached(node, |at| graph.steps(at).iter().map(|step| step.to));
        let cycle: BTreeSet<usize> = ahead.intersection(&returning).copied().collect();
        for &at in &cycle {
            if graph.steps(at).iter().any(|step| step.copied && cycle.contains(&step.to)) {
                growth = Growth::ByDepth;
            }
            if let Some(key) = doubles(graph, at, &cycle) {
                let name = graph.name(at).unwrap_or_default();
                return Err(format!(
                    "several untagged variants of `{name}` contain it again in {key}, so the cost of decoding doubles with \
                     each level: tag the enum, as in `#[serde(tag = \"type\")]`, or give \
                     each variant its own field names"
                ));
            }
        }
        assessed.extend(cycle);
    }
    Ok(growth)
}

/// Returns the nodes that are outside of every cycle. Most types have no others.
fn without_cycle(graph: &Graph<'_>, backwards: &[Vec<usize>]) -> BTreeSet<usize> {
    let mut without = BTreeSet::new();
    loop {
        let known = without.len();
        for (node, before) in backwards.iter().enumerate() {
            let ends = graph.steps(node).iter().all(|step| without.contains(&step.to));
            if ends || before.iter().all(|from| without.contains(from)) {
                without.insert(node);
            }
        }
        if without.len() == known {
            return without;
        }
    }
}

/// Finds two runs from a node back to itself with the same path. Returns the key at which they separate, or `None`.
fn doubles(graph: &Graph<'_>, node: usize, cycle: &BTreeSet<usize>) -> Option<String> {
    let steps = graph.steps(node);
    for (index, one) in steps.iter().enumerate() {
        for other in &steps[index + 1..] {
            if cycle.contains(&one.to)
                && cycle.contains(&other.to)
                && one.coexists(other)
                && meet(graph, node, (one.to, other.to), cycle)
            {
                return Some(one.describe());
            }
        }
    }
    None
}

/// Returns true if both nodes of `from` lead to `node` by the same path.
fn meet(graph: &Graph<'_>, node: usize, from: (usize, usize), cycle: &BTreeSet<usize>) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut next = vec![from];
    while let Some((one, other)) = next.pop() {
        if (one, other) == (node, node) {
            return true;
        }
        for first in graph.steps(one).iter().filter(|step| cycle.contains(&step.to)) {
            for second in graph.steps(other).iter().filter(|step| cycle.contains(&step.to)) {
                let pair = (first.to, second.to);
                if first.meets(second) && seen.len() < MOST_PAIRS && seen.insert(pair) {
                    next.push(pair);
                }
            }
        }
    }
    false
}

/// Returns all nodes that can be reached from one.
fn reached<I: Iterator<Item = usize>>(from: usize, next: impl Fn(usize) -> I) -> BTreeSet<usize> {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        open.extend(next(at).filter(|&to| seen.insert(to)));
    }
    seen
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use schemars::JsonSchema;

    use super::*;
    use crate::schema::{Direction, Generator};

    fn assess<T: JsonSchema>() -> Result<Growth, String> {
        let mut generator = Generator::new(Direction::Inbound);
        let root = generator.schema::<T>();
        generator.finish(root).and_then(|document| growth(&document))
    }

    macro_rules! types {
        ($($(#[$attribute:meta])* $name:ident $body:tt)*) => {$(
            #[derive(JsonSchema)]
            $(#[$attribute])*
            #[expect(dead_code, reason = "only the schema is used")]
            enum $name $body
        )*};
    }

    types! {
        #[serde(untagged)]
        Doubling { Leaf(u8), One { x: Box<Doubling> }, Two { x: Box<Doubling>, y: Option<u8> } }
        #[serde(untagged)]
        ByList { Leaf(u8), Short { items: Vec<ByList> }, Long { items: Vec<ByList>, name: String } }
        #[serde(untagged)]
        ByMap { Leaf(u8), Named { inner: Box<ByMap> }, Any(BTreeMap<String, ByMap>) }
        #[serde(untagged)]
        ByOption { Leaf(u8), One { x: Option<Box<ByOption>> }, Two { x: Option<Box<ByOption>>, y: Option<u8> } }
        #[serde(untagged)]
        ByPair { Leaf(u8), Pair(Box<ByPair>, u8), List(Vec<ByPair>) }
        #[serde(untagged)]
        ByAnother { Leaf(u8), One { x: Other }, Two { x: Other } }
        #[serde(tag = "type")]
        Other { A { inner: Box<ByAnother> }, B { inner: Box<ByAnother> } }
        #[serde(untagged)]
        Later { Leaf(u8), One { x: Box<LaterOne> }, Two { x: Box<LaterTwo> } }
        LaterOne { Inner { y: Box<Later> } }
        LaterTwo { Inner { y: Box<Later> }, More }
        #[serde(untagged)]
        Apart { Leaf(u8), One { x: Box<ApartOne> }, Two { x: Box<ApartTwo> } }
        ApartOne { Inner { y: Box<Apart> } }
        #[serde(rename_all = "snake_case")]
        ApartTwo { Inner { y: Box<Apart> }, More }
        #[serde(untagged)]
        Endless { Again(Box<Endless>), Number(u8) }
        #[serde(untagged)]
        EndlessLater { Number(u8), Optional(Option<Box<EndlessLater>>) }
        #[serde(untagged)]
        Json { Null, Bool(bool), Number(f64), Text(String), List(Vec<Json>), Map(BTreeMap<String, Json>) }
        #[serde(untagged)]
        Filter { And { and: Vec<Filter> }, Or { or: Vec<Filter> }, Not { not: Box<Filter> }, Is { field: String, is: Json } }
        #[serde(tag = "op")]
        Tagged { Add { l: Box<Tagged>, r: Box<Tagged> }, Sub { l: Box<Tagged>, r: Box<Tagged> }, Is { v: i64 } }
        #[serde(tag = "t", content = "c")]
        Adjacent { Add(Vec<Adjacent>), Sub(Vec<Adjacent>), Is(u8) }
        External { Add(Vec<External>), Sub(Vec<External>), Is(u8) }
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema is used")]
    struct Tree {
        left: Option<Box<Tree>>,
        right: Option<Box<Tree>>,
        more: Vec<(Tree, Tree)>,
        named: BTreeMap<u8, Tree>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only the schema is used")]
    struct Node {
        id: u8,
        #[serde(flatten)]
        kind: Kind,
    }

    types! {
        #[serde(tag = "kind")]
        Kind { Group { nodes: Vec<Node> }, Row { nodes: Vec<Node> }, Leaf }
    }

    #[test]
    fn type_with_exponential_decoding_cost_is_rejected() {
        for (result, name, key) in [
            (assess::<Doubling>(), "`Doubling`", "the field `x`"),
            (assess::<Vec<Option<Doubling>>>(), "`Doubling`", "the field `x`"),
            (assess::<ByList>(), "`ByList`", "the field `items`"),
            (assess::<ByMap>(), "`ByMap`", "the field `inner`"),
            (assess::<ByPair>(), "`ByPair`", "an item"),
            (assess::<ByOption>(), "`ByOption`", "the field `x`"),
            (assess::<Option<ByOption>>(), "`ByOption`", "the field `x`"),
            (assess::<ByAnother>(), "`ByAnother`", "the field `x`"),
            (assess::<Later>(), "`Later`", "the field `x`"),
        ] {
            let reason = result.unwrap_err();
            assert!(reason.contains(name) && reason.contains(key), "{reason}");
            assert!(reason.contains("tag the enum"), "{reason}");
        }
    }

    #[test]
    fn directly_recursive_type_is_rejected_in_both_directions() {
        for direction in [Direction::Inbound, Direction::Outbound] {
            let mut generator = Generator::new(direction);
            let root = generator.schema::<Endless>();
            assert!(generator.finish(root).unwrap_err().contains("contains itself"));
            let mut generator = Generator::new(direction);
            let root = generator.schema::<EndlessLater>();
            assert!(generator.finish(root).unwrap_err().contains("contains itself"));
        }
    }

    #[test]
    fn types_with_bounded_decoding_cost_are_accepted() {
        for (growth, expected) in [
            (assess::<Tree>(), Growth::Linear),
            (assess::<Tagged>(), Growth::Linear),
            (assess::<Adjacent>(), Growth::Linear),
            (assess::<External>(), Growth::Linear),
            (assess::<Vec<Tagged>>(), Growth::Linear),
            (assess::<Json>(), Growth::ByDepth),
            (assess::<Filter>(), Growth::ByDepth),
            (assess::<Apart>(), Growth::ByDepth),
            (assess::<Node>(), Growth::ByDepth),
            (assess::<Value>(), Growth::Linear),
            (assess::<u8>(), Growth::Linear),
        ] {
            assert_eq!(growth, Ok(expected));
        }
    }
}
