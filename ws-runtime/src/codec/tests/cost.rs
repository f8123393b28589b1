//! The cost of decoding is bounded by the length of the input. These tests count the steps for recursive types.

use std::{cell::Cell, collections::BTreeMap};

use schemars::JsonSchema;
use serde::Deserialize;

use super::agreement::decode;
use crate::codec::Decode;

thread_local! {
    static READ: Cell<usize> = const { Cell::new(0) };
}

/// A leaf that its schema accepts and its type rejects. It counts how often it is read.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "u32")]
struct Never;

impl TryFrom<u32> for Never {
    type Error = &'static str;

    fn try_from(_: u32) -> Result<Self, &'static str> {
        READ.set(READ.get() + 1);
        Err("never")
    }
}

macro_rules! recursive {
    ($($(#[$attribute:meta])* $name:ident $body:tt)*) => {$(
        #[derive(Debug, Deserialize, JsonSchema)]
        $(#[$attribute])*
        #[expect(dead_code, reason = "the type is only deserialized")]
        enum $name $body
    )*};
}

recursive! {
    #[serde(untagged)]
    Filter { And { and: Vec<Filter> }, Or { or: Vec<Filter> }, Not { not: Box<Filter> }, Is(Never) }
    #[serde(untagged)]
    Json { Leaf(Never), List(Vec<Json>), Map(BTreeMap<String, Json>) }
    #[serde(tag = "op")]
    Tagged { Add { l: Box<Tagged>, r: Box<Tagged> }, Sub { l: Box<Tagged>, r: Box<Tagged> }, Is { v: Never } }
    #[serde(tag = "t", content = "c")]
    Adjacent { Add(Vec<Adjacent>), Sub(Vec<Adjacent>), Is(Never) }
    #[serde(rename_all = "lowercase")]
    External { Add(Box<External>), Sub(Box<External>), Is(Never) }
    #[serde(untagged)]
    Doubling { Leaf(Never), One { x: Box<Doubling> }, Two { x: Box<Doubling>, y: Option<u8> } }
    #[serde(untagged)]
    Tripling { One { x: Option<Box<Tripling>>, n: Never }, Two { x: Option<Box<Tripling>> }, Map(BTreeMap<String, Tripling>) }
    #[serde(tag = "type")]
    Hidden { Either(Both), None }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "the type is only deserialized")]
struct Both {
    either: Either,
}

recursive! {
    #[serde(untagged)]
    Either { Left { of: Vec<Hidden> }, Right { of: Vec<Hidden>, more: bool } }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "the type is only deserialized")]
struct Node {
    #[serde(flatten)]
    kind: Kind,
}

recursive! {
    #[serde(tag = "kind", rename_all = "lowercase")]
    Kind { Group { nodes: Vec<Node> }, Row { nodes: Vec<Node> }, Leaf { n: Never } }
}

/// Decodes a message with `levels` levels. Returns the number of times that its leaf was read.
fn tries<T: Decode>(levels: usize, open: &str, leaf: &str, close: &str) -> usize {
    let text = open.repeat(levels) + leaf + &close.repeat(levels);
    let plan = T::plan().unwrap();
    READ.set(0);
    assert!(decode::<T>(&text, &plan).is_err(), "{text}");
    READ.get()
}

/// The maximum number of times that a leaf is read: on the fast path, on the slow path, and in each reading that
/// searches the path of the rejected value, for at most two variants each.
const MOST_TRIES: usize = 2 * (2 + 2 * 11);

#[test]
fn reads_of_a_leaf_do_not_grow_with_depth() {
    let few = |tries: &dyn Fn(usize) -> usize, levels: usize| {
        for levels in [1, levels / 2, levels] {
            let tries = tries(levels);
            assert!((1..=MOST_TRIES).contains(&tries), "{tries} at {levels}");
        }
    };
    for (open, close) in [("{\"and\":[", "]}"), ("{\"or\":[", "]}")] {
        few(&|levels| tries::<Filter>(levels, open, "1", close), 60);
        few(&|levels| tries::<Json>(levels, open, "1", close), 60);
    }
    few(&|levels| tries::<Filter>(levels, "{\"not\":", "1", "}"), 100);
    let leaf = "{\"c\":1,\"t\":\"Is\"}";
    few(&|levels| tries::<Adjacent>(levels, "{\"c\":[", leaf, "],\"t\":\"Add\"}"), 50);
    few(&|levels| tries::<External>(levels, "{\"add\":", "{\"is\":1}", "}"), 100);
    let leaf = "{\"n\":1,\"kind\":\"leaf\"}";
    few(&|levels| tries::<Node>(levels, "{\"nodes\":[", leaf, "],\"kind\":\"group\"}"), 60);
    // Two variants have these fields, and only the tag, which comes last, shows which one is meant.
    let (leaf, close) = ("{\"v\":1,\"op\":\"Is\"}", ",\"r\":{\"v\":1,\"op\":\"Is\"},\"op\":\"Sub\"}");
    few(&|levels| tries::<Tagged>(levels, "{\"l\":", leaf, close), 100);
}

#[test]
fn plan_rejects_types_with_exponential_cost() {
    fn rejection<T: Decode>() -> String {
        T::plan().unwrap_err().to_string()
    }
    for reason in [
        rejection::<Doubling>(),
        rejection::<Tripling>(),
        rejection::<Hidden>(),
        rejection::<Option<Vec<Either>>>(),
    ] {
        assert!(reason.contains("doubles with each level") && reason.contains("tag the enum"), "{reason}");
    }
}

#[test]
fn long_deep_text_of_an_untagged_enum_is_rejected() {
    let ones = vec!["1"; 10_000].join(",");
    let text = |levels: usize| format!("{}{ones}{}", "[".repeat(levels), "]".repeat(levels));
    let plan = <Json as Decode>::plan().unwrap();
    READ.set(0);
    let invalid = decode::<Json>(&text(100), &plan).unwrap_err();
    assert_eq!(
        (READ.get(), invalid.errors()[0].message.as_str()),
        (0, "is nested too deeply for its length")
    );
    decode::<Json>(&text(10), &plan).unwrap_err();
    assert!(READ.get() > 0);
    // A type that serde reads without copying accepts the same depth.
    let plan = <serde_json::Value as Decode>::plan().unwrap();
    assert!(decode::<serde_json::Value>(&text(100), &plan).is_ok());
}
