//! What the published schema accepts is what is decoded, and nothing else: many types against many inputs.
//!
//! The published schema is asked through a validator of its own, on values that `serde_json` parsed plainly, as any other
//! program would. The short way of reading (along a shape) must never accept what the long way refuses, or read it
//! differently.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Debug,
    net::{IpAddr, Ipv4Addr},
    num::{NonZeroI16, NonZeroU8},
    ops::Range,
    time::Duration,
};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{Decode, Plan, decode, strict::Strict};
use crate::wire::Message;

#[derive(Debug, Deserialize, JsonSchema)]
struct Plain {
    n: u32,
    #[serde(rename = "text")]
    s: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Denying {
    n: i8,
    inner: Option<Box<Denying>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Optional {
    a: Option<u8>,
    #[serde(default)]
    b: u8,
    c: Option<Option<Plain>>,
    d: Option<Level>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Flat {
    id: u64,
    #[serde(flatten)]
    plain: Plain,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct FlatOption {
    id: u64,
    #[serde(flatten)]
    plain: Option<Plain>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct FlatEnum {
    id: u64,
    #[serde(flatten)]
    say: Internal,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct FlatRest {
    id: u64,
    #[serde(flatten)]
    rest: BTreeMap<String, u8>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Internal {
    Text { text: String, at: Option<i64> },
    Plain(Plain),
    Nested { inner: Plain, level: Level, shape: Option<External> },
    Who,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "type", deny_unknown_fields)]
enum InternalDenying {
    Text { text: String },
    Who,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Text { text: String },
    Number(u16),
    Pair(u8, String),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum External {
    Unit,
    New(u8),
    Tuple(u8, bool),
    Struct { x: f32, y: f64 },
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Level {
    Low,
    High,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    Text(String),
    List(Vec<u8>),
    Object { x: i32 },
    Nothing,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Overlapping {
    Big { x: u8, y: u8 },
    Small { x: u8 },
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Aliased {
    #[serde(alias = "nick")]
    name: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "type")]
enum Other {
    Known {
        n: u8,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Lax {
    #[serde(deserialize_with = "anything")]
    n: u8,
}

fn anything<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    Value::deserialize(deserializer).map(|value| u8::try_from(value.as_u64().unwrap_or(0)).unwrap_or(0))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Limited {
    #[schemars(length(min = 1, max = 3))]
    text: String,
    #[schemars(range(min = 1, max = 5))]
    stars: u8,
    #[schemars(range(min = 0.0, max = 1.0), extend("exclusiveMinimum" = 0))]
    share: f64,
    #[schemars(length(max = 2))]
    list: Vec<u8>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Formats {
    #[schemars(regex(pattern = "^[a-c]+$"))]
    letters: String,
    #[schemars(email)]
    mail: Option<String>,
    ip: Option<IpAddr>,
    four: Option<Ipv4Addr>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Tree {
    value: u8,
    #[serde(default)]
    children: Vec<Tree>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Unit;

#[derive(Debug, Deserialize, JsonSchema)]
struct Newtype(Vec<Level>);

#[derive(Debug, Deserialize, JsonSchema)]
struct Anything {
    value: Value,
    rest: Option<BTreeMap<String, Value>>,
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Name(String);

/// Inputs that are worth a try against each type.
const INPUTS: &[&str] = &[
    "null",
    "true",
    "0",
    "-0",
    "-0.0",
    "1",
    "1.0",
    "1e2",
    "-1",
    "1.5",
    "255",
    "256",
    "65535",
    "65536",
    "-129",
    "4294967295",
    "4294967296",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "-9223372036854775809",
    "1e39",
    "3.5e38",
    "1e300",
    "\"\"",
    "\"x\"",
    "\"é\"",
    "\"xy\"",
    "\"low\"",
    "\"unit\"",
    "\"Nothing\"",
    "[]",
    "{}",
    "[1]",
    "[1,\"x\"]",
    "[1,\"x\",2]",
    "[1,1]",
    "[\"low\",\"high\"]",
    "[1,2,3]",
    "[1.0]",
    r#"{"n":1,"text":"x"}"#,
    r#"{"n":1.0,"text":"x"}"#,
    r#"{"n":4294967296,"text":"x"}"#,
    r#"{"n":-0,"text":"x"}"#,
    r#"{"text":"x","n":1,"more":{"a":[1]}}"#,
    r#"{"n":1}"#,
    r#"{"n":"1","text":"x"}"#,
    r#"{"n":null,"text":"x"}"#,
    r#"{"n":1,"inner":{"n":2,"inner":null}}"#,
    r#"{"n":1,"inner":[2,null]}"#,
    r#"{"n":1,"inner":{"n":2,"x":3}}"#,
    r#"{"a":1,"b":2,"c":{"n":1,"text":"x"},"d":"low"}"#,
    r#"{"a":null,"c":null,"d":null}"#,
    r#"{"b":null}"#,
    r#"{"id":1,"n":1,"text":"x"}"#,
    r#"{"id":1}"#,
    r#"{"id":1,"n":"bad","text":"x"}"#,
    r#"{"id":1,"a":2,"b":3}"#,
    r#"{"id":1,"type":"who"}"#,
    r#"{"type":"who","id":1}"#,
    r#"{"id":1,"type":"text","text":"x"}"#,
    r#"{"id":1,"type":"nope"}"#,
    r#"{"type":"text","text":"x"}"#,
    r#"{"text":"x","type":"text"}"#,
    r#"{"type":"text","text":"x","at":1.0}"#,
    r#"{"type":"text","text":"x","at":null}"#,
    r#"{"type":"text"}"#,
    r#"{"type":"nope"}"#,
    r#"{"type":1}"#,
    r#"{"type":"plain","n":1,"text":"x"}"#,
    r#"{"type":"plain","n":1.0,"text":"x"}"#,
    r#"{"n":1,"type":"plain","text":"x"}"#,
    r#"{"type":"nested","inner":{"n":1,"text":"x"},"level":"low"}"#,
    r#"{"type":"nested","inner":[1,"x"],"level":"low"}"#,
    r#"{"type":"nested","inner":{"n":2.0,"text":"x"},"level":"high","shape":{"new":1}}"#,
    r#"{"type":"nested","inner":{"n":2,"text":"x"},"level":"high","shape":"unit"}"#,
    r#"{"type":"nested","inner":{"n":2,"text":"x"},"level":"high","shape":{"unit":null}}"#,
    r#"{"type":"nested","inner":{"n":2,"text":"x"},"level":"high","shape":{"struct":[1,2]}}"#,
    r#"{"type":"nested","inner":{"n":2,"text":"x"},"level":{"low":null}}"#,
    r#"{"type":"who"}"#,
    r#"{"type":"who","x":1}"#,
    r#"["text","x"]"#,
    r#"["who"]"#,
    r#"["who",{}]"#,
    r#"{"type":"Text","text":"x"}"#,
    r#"{"type":"Who"}"#,
    r#"{"type":"Who","x":1}"#,
    r#"{"t":"Text","c":{"text":"x"}}"#,
    r#"{"c":{"text":"x"},"t":"Text"}"#,
    r#"{"t":"Text","c":["x"]}"#,
    r#"["Text",{"text":"x"}]"#,
    r#"{"t":"Number","c":1}"#,
    r#"{"t":"Number","c":1.0}"#,
    r#"{"t":"Number","c":1,"x":2}"#,
    r#"{"t":"Pair","c":[1,"x"]}"#,
    r#"{"t":"Pair","c":[1]}"#,
    r#"{"t":"Number"}"#,
    r#"{"unit":null}"#,
    r#"{"new":1}"#,
    r#"{"new":1.0}"#,
    r#"{"new":1,"x":2}"#,
    r#"{"tuple":[1,true]}"#,
    r#"{"tuple":[1]}"#,
    r#"{"tuple":[1,true,2]}"#,
    r#"{"struct":{"x":1,"y":2.5}}"#,
    r#"{"struct":[1,2]}"#,
    r#"{"struct":{"x":1e39,"y":1}}"#,
    r#"{"struct":{"x":1,"y":2,"z":3}}"#,
    r#"{"x":1}"#,
    r#"{"x":1,"y":2}"#,
    r#"{"x":1,"y":"bad"}"#,
    r#"{"x":[1]}"#,
    r#"{"name":"a"}"#,
    r#"{"nick":"a"}"#,
    r#"{"type":"Known","n":1}"#,
    r#"{"type":"Unknown"}"#,
    r#"{"type":"else"}"#,
    r#"{"n":"anything"}"#,
    r#"{"n":300}"#,
    r#"{"text":"abc","stars":5,"share":0.5,"list":[1,2]}"#,
    r#"{"text":"","stars":5,"share":0.5,"list":[]}"#,
    r#"{"text":"ééé","stars":1,"share":1,"list":[]}"#,
    r#"{"text":"abcd","stars":1,"share":1,"list":[]}"#,
    r#"{"text":"a","stars":0,"share":1,"list":[]}"#,
    r#"{"text":"a","stars":6,"share":1,"list":[]}"#,
    r#"{"text":"a","stars":1,"share":0,"list":[]}"#,
    r#"{"text":"a","stars":1,"share":0.5,"list":[1,2,3]}"#,
    r#"{"letters":"abc","mail":"a@b.c","ip":"::1","four":"127.0.0.1"}"#,
    r#"{"letters":"abd"}"#,
    r#"{"letters":"a","mail":"not a mail"}"#,
    r#"{"letters":"a","ip":"1.2.3"}"#,
    r#"{"letters":"a","four":"::1"}"#,
    r#"{"value":1,"children":[{"value":2,"children":[]},{"value":3}]}"#,
    r#"{"value":1,"children":[{"value":"x"}]}"#,
    r#"{"value":1,"children":[[1,[]]]}"#,
    r#"{"value":{"a":[1,{"b":null}]},"rest":{"x":1.5}}"#,
    r#"{"low":1}"#,
    r#"{"1":"a","2":"b"}"#,
    r#"{"x":"a"}"#,
    r#"{"a":1,"b":256}"#,
    r#"{"Ok":1}"#,
    r#"{"Ok":1,"x":2}"#,
    r#"{"Err":"x"}"#,
    r#"{"start":1,"end":2}"#,
    r#"{"start":1,"end":2,"x":3}"#,
    r#"{"secs":1,"nanos":2}"#,
    r#"{"secs":1,"nanos":2,"x":3}"#,
    r#""1.2.3.4""#,
    r#""::1""#,
];

/// What `T` makes of each input is what its published schema makes of it.
fn agrees<T: DeserializeOwned + JsonSchema + Debug + Send + 'static>() {
    let plan = <T as Decode>::plan().unwrap();
    let published =
        jsonschema::options().should_validate_formats(true).build(plan.schema().unwrap()).unwrap();
    let mut accepted = 0;
    let mut check = |text: &str| {
        let value: Value = serde_json::from_str(text).unwrap();
        let decoded = decode::<T>(text, &plan);
        assert_eq!(
            decoded.is_ok(),
            published.is_valid(&value),
            "{} {text}\n{decoded:?}",
            std::any::type_name::<T>()
        );
        let fits = decoded.is_ok();
        accepted += usize::from(fits);
        if let Err(invalid) = decoded {
            let frame = invalid.to_frame();
            assert!(!frame.contains("SECRET") && frame.len() < 1200, "{text}: {frame}");
            assert!(
                (1..=8).contains(&invalid.errors().len()) && invalid.errors().is_sorted(),
                "{text}: {frame}"
            );
        }
        if let Some(short) = short::<T>(text, &plan) {
            let long = decode::by_value::<T>(text, plan.check().unwrap());
            assert_eq!(format!("{short:?}"), format!("{:?}", long.unwrap()), "{text}");
        }
        fits
    };
    for text in INPUTS {
        // What is nearly right is where two opinions part.
        if check(text) {
            for mutant in mutants(&serde_json::from_str(text).unwrap()) {
                check(&mutant.to_string());
            }
        }
    }
    assert!(accepted > 0, "{} accepts nothing: no test", std::any::type_name::<T>());
}

pub(super) fn decode<T: Decode>(text: &str, plan: &Plan) -> Result<T, super::Invalid> {
    T::decode(Message::text(text).into(), plan)
}

fn short<T: DeserializeOwned>(text: &str, plan: &Plan) -> Option<T> {
    let shape = plan.check()?.shape()?;
    let mut json = serde_json::Deserializer::from_str(text);
    T::deserialize(Strict::new(&mut json, shape.root())).ok().filter(|_| json.end().is_ok())
}

/// The value with one thing changed: each place replaced, each key removed, a key added to each object.
fn mutants(value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let mut less = members.clone();
                less.remove(key);
                all.push(Value::Object(less));
                for mutant in mutants(member).into_iter().chain(atoms()) {
                    let mut other = members.clone();
                    other.insert(key.clone(), mutant);
                    all.push(Value::Object(other));
                }
            }
            let mut more = members.clone();
            more.insert("SECRET".to_owned(), json!({"n": "SECRET"}));
            all.push(Value::Object(more));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                for mutant in mutants(item).into_iter().chain(atoms()) {
                    let mut other = items.clone();
                    other[index] = mutant;
                    all.push(Value::Array(other));
                }
            }
            all.push(items.iter().chain([&json!(1)]).cloned().collect());
        }
        _ => {}
    }
    all
}

fn atoms() -> impl Iterator<Item = Value> {
    [
        json!(null),
        json!(true),
        json!(7),
        json!(-1.0),
        json!(1.5),
        json!(70_000),
        json!("low"),
        json!("SECRET"),
        json!([]),
        json!({}),
    ]
    .into_iter()
}

macro_rules! agreement {
    ($($name:ident: $type:ty;)*) => {$(
        #[test]
        fn $name() {
            agrees::<$type>();
        }
    )*};
}

agreement! {
    plain_structs: Plain;
    structs_without_unknown_fields: Denying;
    optional_and_default_fields: Optional;
    flattened_structs: Flat;
    flattened_options: FlatOption;
    flattened_enums: FlatEnum;
    flattened_maps: FlatRest;
    internally_tagged_enums: Internal;
    optional_tagged_enums: Option<Internal>;
    lists_of_tagged_enums: Vec<Internal>;
    internally_tagged_enums_without_unknown_fields: InternalDenying;
    adjacently_tagged_enums: Adjacent;
    externally_tagged_enums: External;
    unit_enums: Level;
    untagged_enums: Untagged;
    untagged_enums_that_overlap: Overlapping;
    aliases_are_not_taken: Aliased;
    unknown_tags_are_not_taken: Other;
    lax_functions_take_no_more_than_the_schema: Lax;
    limits: Limited;
    patterns_and_formats: Formats;
    recursive_types: Tree;
    unit_structs: Unit;
    newtypes: Newtype;
    any_values: Anything;
    values: Value;
    bools: bool;
    bytes_as_numbers: u8;
    longs: u64;
    signed_longs: i64;
    signed_ints: i32;
    floats: f32;
    doubles: f64;
    non_zero: NonZeroU8;
    signed_non_zero: NonZeroI16;
    chars: char;
    borrowed_text: Cow<'static, str>;
    tuples: (u8, String);
    arrays: [u8; 2];
    sets: BTreeSet<u8>;
    maps: BTreeMap<String, u8>;
    maps_by_newtype: BTreeMap<Name, u8>;
    maps_by_enum: BTreeMap<LevelKey, u8>;
    maps_by_number: BTreeMap<u64, String>;
    results: Result<u8, String>;
    ranges: Range<u8>;
    durations: Duration;
    addresses: IpAddr;
    options: Option<Plain>;
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
enum LevelKey {
    Low,
    Unit,
}

#[test]
fn a_repeated_key_is_refused_whichever_way_a_text_is_read() {
    fn refused<T: Decode>(text: &str) {
        let invalid = decode::<T>(text, &T::plan().unwrap()).err().expect(text);
        assert_eq!(invalid.errors()[0].keyword, "json", "{text}");
    }
    refused::<Plain>(r#"{"n":1,"text":"x","n":1}"#);
    refused::<Plain>(r#"{"n":1,"text":"x","more":1,"more":2}"#);
    refused::<Plain>(r#"{"n":1,"text":"x","more":{"a":1,"a":2}}"#);
    refused::<Plain>(r#"{"n":1,"text":"x","\u006e":1}"#);
    refused::<HashMap<String, u8>>(r#"{"a":1,"a":1}"#);
    refused::<Internal>(r#"{"type":"who","type":"who"}"#);
    refused::<Internal>(r#"{"type":"text","text":"x","text":"x"}"#);
    refused::<External>(r#"{"new":1,"new":1}"#);
    refused::<Value>(r#"[{"a":1,"a":1}]"#);
    refused::<Formats>(r#"{"letters":"a","letters":"a"}"#);
    refused::<Value>(r#"{"a":1}}"#);
}

/// What a schema cannot show: the type refuses it, and the peer hears that and nothing of serde's own words.
#[test]
fn what_only_the_type_refuses_is_invalid_without_an_echo() {
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(tag = "t", content = "c")]
    enum WithUnit {
        Unit,
        Number(u8),
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(try_from = "String")]
    struct Even(#[expect(dead_code, reason = "to be read is enough")] String);

    impl TryFrom<String> for Even {
        type Error = String;

        fn try_from(text: String) -> Result<Self, String> {
            if text.len().is_multiple_of(2) { Ok(Self(text)) } else { Err(format!("{text} is odd")) }
        }
    }

    fn refused<T: Decode>(text: &str) {
        let invalid = decode::<T>(text, &T::plan().unwrap()).err().expect(text);
        let [issue] = invalid.errors() else { panic!("{invalid:?}") };
        assert_eq!((&*issue.path, &*issue.keyword), ("", "type"), "{text}");
        assert!(!invalid.to_frame().contains("odd"), "{invalid}");
    }
    refused::<Aliased>(r#"{"name":"a","nick":"b"}"#);
    refused::<WithUnit>(r#"{"t":"Unit","c":5}"#);
    refused::<BTreeMap<u8, String>>(r#"{"256":"x"}"#);
    refused::<Even>(r#""odd""#);
    refused::<Duration>(r#"{"secs":18446744073709551615,"nanos":1000000000}"#);
    assert!(decode::<WithUnit>(r#"{"t":"Unit","c":null}"#, &<WithUnit as Decode>::plan().unwrap()).is_ok());
    assert!(decode::<Even>(r#""even""#, &<Even as Decode>::plan().unwrap()).is_ok());
}

/// The types that routes are made of are read in one pass.
#[test]
fn usual_types_are_read_the_short_way() {
    fn is_short<T: DeserializeOwned + JsonSchema + Send + 'static>(text: &str) {
        assert!(short::<T>(text, &<T as Decode>::plan().unwrap()).is_some(), "{text}");
    }
    is_short::<Plain>(r#"{"n":1.0,"text":"x","more":[1,{"a":null}]}"#);
    is_short::<Optional>(r#"{"a":null,"c":{"n":1,"text":"x"},"d":"low"}"#);
    is_short::<Flat>(r#"{"id":1,"n":2,"text":"x"}"#);
    is_short::<Internal>(r#"{"type":"text","text":"x"}"#);
    is_short::<Internal>(r#"{"type":"plain","n":1,"text":"x"}"#);
    is_short::<Internal>(
        r#"{"type":"nested","inner":{"n":2.0,"text":"x"},"level":"high","shape":{"struct":{"x":1,"y":2}}}"#,
    );
    is_short::<Internal>(r#"{"type":"who"}"#);
    is_short::<Adjacent>(r#"{"t":"Pair","c":[1,"x"]}"#);
    is_short::<External>(r#""unit""#);
    is_short::<External>(r#"{"struct":{"x":1,"y":2}}"#);
    is_short::<Untagged>(r#"[1,2]"#);
    is_short::<Tree>(r#"{"value":1,"children":[{"value":2}]}"#);
    is_short::<BTreeMap<Name, Option<u8>>>(r#"{"a":1,"b":null}"#);
    is_short::<Vec<(u8, char)>>(r#"[[1,"x"]]"#);
}
