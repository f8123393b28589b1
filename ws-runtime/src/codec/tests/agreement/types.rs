//! Types for the tests, of every form that serde and schemars distinguish.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct Plain {
    n: u32,
    #[serde(rename = "text")]
    s: String,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Denying {
    n: i8,
    inner: Option<Box<Denying>>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[expect(clippy::option_option, reason = "schemars treats it as one `Option`")]
pub(super) struct Optional {
    a: Option<u8>,
    #[serde(default)]
    b: u8,
    c: Option<Option<Plain>>,
    d: Option<Level>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct Flat {
    id: u64,
    #[serde(flatten)]
    plain: Plain,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct FlatOption {
    id: u64,
    #[serde(flatten)]
    plain: Option<Plain>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct FlatEnum {
    id: u64,
    #[serde(flatten)]
    say: Internal,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct FlatRest {
    id: u64,
    #[serde(flatten)]
    rest: BTreeMap<String, u8>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Internal {
    Text { text: String, at: Option<i64> },
    Plain(Plain),
    Aliased(Aliased),
    Nested { inner: Plain, level: Level, shape: Option<External> },
    Who,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "type", deny_unknown_fields)]
pub(super) enum InternalDenying {
    Text { text: String },
    Who,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FlatDenying {
    id: u8,
    #[serde(flatten)]
    content: Adjacent,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
pub(super) enum Adjacent {
    Text { text: String },
    Number(u16),
    Pair(u8, String),
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum External {
    Unit,
    New(u8),
    Tuple(u8, bool),
    Struct { x: f32, y: f64 },
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Low,
    #[serde(alias = "top")]
    High,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Untagged {
    Number(u8),
    Text(String),
    List(Vec<u8>),
    Object { x: i32 },
    Nothing,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Overlapping {
    Big { x: u8, y: u8 },
    Small { x: u8 },
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct Aliased {
    #[serde(alias = "nick")]
    name: String,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub(super) enum Other {
    Known {
        n: u8,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct Lax {
    #[serde(deserialize_with = "anything")]
    n: u8,
}

fn anything<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    Value::deserialize(deserializer).map(|value| u8::try_from(value.as_u64().unwrap_or(0)).unwrap_or(0))
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct Limited {
    #[schemars(length(min = 1, max = 3))]
    text: String,
    #[schemars(range(min = 1, max = 5))]
    stars: u8,
    #[schemars(range(min = 0.0, max = 1.0))]
    share: f64,
    #[schemars(length(min = 1, max = 2))]
    list: Vec<u8>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct Unusual {
    #[schemars(extend("exclusiveMinimum" = 0))]
    n: f64,
    #[schemars(length(min = 1), extend("contains" = {"const": 1}))]
    list: Option<Vec<u8>>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct Formats {
    #[schemars(regex(pattern = "^[a-c]+$"))]
    letters: String,
    #[schemars(email)]
    mail: Option<String>,
    ip: Option<IpAddr>,
    four: Option<Ipv4Addr>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct Tree {
    value: u8,
    #[serde(default)]
    children: Vec<Tree>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct Unit;

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct Newtype(Vec<Level>);

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct Anything {
    value: Value,
    rest: Option<BTreeMap<String, Value>>,
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Name(String);

#[derive(Debug, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(super) enum LevelKey {
    Low,
    Unit,
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(super) enum AliasedKey {
    #[serde(alias = "x", alias = "top")]
    Low,
    #[serde(alias = "a")]
    Unit,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum AliasedTwice {
    #[serde(alias = "new", alias = "struct")]
    Text {
        #[serde(alias = "v")]
        x: u8,
    },
    #[serde(alias = "low")]
    Unit,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
pub(super) enum AliasedContent {
    #[serde(alias = "Number")]
    Text(Aliased),
    #[serde(alias = "Who")]
    Pair(Vec<Aliased>),
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Maps {
    Text { text: BTreeMap<LevelKey, u8>, n: Option<BTreeMap<String, u8>> },
    Plain(BTreeMap<String, Value>),
    Nested { inner: BTreeMap<String, BTreeMap<Name, u32>> },
    Who,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum UntaggedMaps {
    Levels(BTreeMap<LevelKey, u8>),
    Pair(u8, String),
    Struct { r#struct: Option<External>, x: u8 },
    Address(IpAddr),
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct FlatTwice {
    id: u8,
    #[serde(flatten)]
    flat: FlatUntagged,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
pub(super) struct FlatUntagged {
    n: Option<u32>,
    #[serde(flatten)]
    rest: Overlapping,
}
