//! Types that serde can never read where it buffers: they do not start. Without the buffer they do.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::codec::{Decode, Mixed};

macro_rules! types {
    ($($(#[$attribute:meta])* $kind:ident $name:ident $body:tt)*) => {$(
        #[derive(Debug, Deserialize, JsonSchema)]
        $(#[$attribute])*
        #[expect(dead_code, reason = "only start-up matters")]
        $kind $name $body
    )*};
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Number(u16);

#[derive(Debug, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Low,
    High,
}

type Bytes = BTreeMap<u8, u8>;

types! {
    #[serde(tag = "type")] enum RawField { With { raw: Box<RawValue> }, Without }
    #[serde(tag = "type")] enum RawContent { With(Box<RawValue>), Without }
    #[serde(tag = "type")] enum RawDeep { With { list: Vec<(u8, Option<HoldsRaw>)> }, Without }
    #[serde(untagged)] enum RawUntagged { With { raw: Box<RawValue> }, Without(u8) }
    struct HoldsRaw { n: u8, raw: Option<Box<RawValue>> }
    struct FlatRaw { id: u8, #[serde(flatten)] holds: HoldsRaw }
    struct FlatRawMap { id: u8, #[serde(flatten)] rest: BTreeMap<String, Box<RawValue>> }
    struct FlatBeside { raw: Box<RawValue>, #[serde(flatten)] rest: BTreeMap<String, u8> }
    #[serde(tag = "t", content = "c")] enum RawAdjacent { Content(Box<RawValue>), Field { raw: Box<RawValue> } }
    enum RawExternal { Content(Box<RawValue>), Field { raw: Box<RawValue> } }
    struct InRaw { inner: Vec<RawField> }

    #[serde(tag = "type")] enum KeyField { With { m: Bytes }, Without }
    #[serde(tag = "type")] enum KeyContent { With(Bytes), Without }
    #[serde(tag = "type")] enum KeySigned { With { m: Vec<HashMap<i64, String>> }, Without }
    #[serde(tag = "type")] enum KeyNewtype { With { m: BTreeMap<Number, Option<Bytes>> }, Without }
    #[serde(tag = "type")] enum KeyBool { With { m: BTreeMap<bool, u8> }, Without }
    #[serde(tag = "type")] enum KeyNested { With { m: BTreeMap<String, BTreeMap<char, Bytes>> }, Without }
    #[serde(untagged)] enum KeyUntagged { With { m: Bytes }, Without(u8) }
    struct HoldsKeys { n: u8, m: Option<Bytes> }
    struct FlatKeys { id: u8, #[serde(flatten)] holds: HoldsKeys }
    struct FlatKeyMap { id: u8, #[serde(flatten)] rest: Bytes }
    struct BesideFlat { m: Bytes, #[serde(flatten)] rest: BTreeMap<String, String> }
    #[serde(tag = "t", content = "c")] enum KeyAdjacent { Content(Bytes), Field { m: Bytes } }
    enum KeyExternal { Content(Bytes), Field { m: BTreeMap<bool, u8> } }
    #[serde(tag = "type")]
    enum TextKeys { With { a: BTreeMap<String, u8>, b: BTreeMap<char, u8>, c: BTreeMap<Level, u8> }, Without }

    #[serde(tag = "type")] enum Say { Text(String), Who }
    #[serde(tag = "type")] enum Flags { Flag(bool), Who }
    #[serde(tag = "kind")] enum OuterSay { Inner(Say), Other }
    #[serde(tag = "kind")] enum OuterFlags { Field { flags: Vec<Flags> }, Other }
    #[serde(untagged)] enum UntaggedSay { Say(Say), Number(u8) }
    struct FlatSay { id: u8, #[serde(flatten)] say: Say }
    #[serde(tag = "kind")] enum Fine { Unit(Unit), Tagged { inner: Tagged, text: Option<TextOr> }, Other }
    #[serde(tag = "type")] enum Tagged { Who, Text { text: String }, Any(serde_json::Value) }
    #[serde(untagged)] enum TextOr { Text(String), Tagged(Tagged), List(Vec<String>) }
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Unit;

fn refused<T: DeserializeOwned + JsonSchema + Send + 'static>(path: &str, parts: &[&str]) {
    let reason = <T as Decode>::plan().expect_err(std::any::type_name::<T>()).to_string();
    assert!(reason.contains(path) && parts.iter().all(|part| reason.contains(part)), "{reason}");
    assert!(<Mixed<T> as Decode>::plan().is_err() && <Vec<Option<T>> as Decode>::plan().is_err(), "{reason}");
}

fn starts<T: DeserializeOwned + JsonSchema + Send + 'static>() {
    let plan = <T as Decode>::plan();
    assert!(plan.is_ok(), "{plan:?}");
}

#[test]
fn buffered_raw_value_is_refused_at_start_up() {
    let parts = ["RawValue", "use `serde_json::Value`"];
    refused::<RawField>("`/raw`", &parts);
    refused::<RawDeep>("`/list/0/1/raw`", &parts);
    refused::<RawUntagged>("`/raw`", &parts);
    refused::<FlatRaw>("`/raw`", &parts);
    refused::<FlatRawMap>("`/*`", &parts);
    refused::<InRaw>("`/inner/0/raw`", &parts);
    starts::<FlatBeside>();
    starts::<RawAdjacent>();
    starts::<RawExternal>();
    starts::<HoldsRaw>();
    starts::<BTreeMap<u8, Box<RawValue>>>();
}

#[test]
fn buffered_number_key_is_refused_at_start_up() {
    let parts = ["keys", "use strings as keys or a list of pairs"];
    refused::<KeyField>("`/m`", &parts);
    refused::<KeyContent>("the root", &parts);
    refused::<KeySigned>("`/m/0`", &parts);
    refused::<KeyNewtype>("`/m`", &parts);
    refused::<KeyBool>("`/m`", &parts);
    refused::<KeyNested>("`/m/*/*`", &parts);
    refused::<KeyUntagged>("`/m`", &parts);
    refused::<FlatKeys>("`/m`", &parts);
    refused::<FlatKeyMap>("the root", &parts);
    starts::<BesideFlat>();
    starts::<KeyAdjacent>();
    starts::<KeyExternal>();
    starts::<TextKeys>();
    starts::<BTreeMap<bool, Bytes>>();
    starts::<BTreeMap<Number, HoldsKeys>>();
}

#[test]
fn buffered_untaggable_variant_is_refused_at_start_up() {
    let parts = ["can never be read", "content = \"data\""];
    refused::<OuterSay>("`Text`", &parts);
    refused::<OuterFlags>("`Flag`", &parts);
    refused::<UntaggedSay>("`Text`", &parts);
    refused::<FlatSay>("`Text`", &parts);
    starts::<Fine>();
    starts::<Option<Tagged>>();
    starts::<TextOr>();
}
