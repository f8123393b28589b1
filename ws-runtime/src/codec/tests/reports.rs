//! What an invalid message is answered with: a path and words that help, also where serde buffers.

use std::{collections::BTreeMap, net::IpAddr};

use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};

use super::agreement::decode;
use crate::codec::Decode;

/// A text of even length.
#[derive(Debug, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
struct Even(String);

impl TryFrom<String> for Even {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.len().is_multiple_of(2) { Ok(Self(text)) } else { Err(format!("{text} is odd")) }
    }
}

type Evens = BTreeMap<Even, u8>;

/// At most one entry.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "BTreeMap<String, u8>")]
#[expect(dead_code, reason = "only errors are examined")]
struct Single(BTreeMap<String, u8>);

impl TryFrom<BTreeMap<String, u8>> for Single {
    type Error = &'static str;

    fn try_from(map: BTreeMap<String, u8>) -> Result<Self, &'static str> {
        if map.len() < 2 { Ok(Self(map)) } else { Err("too many") }
    }
}

macro_rules! types {
    ($($(#[$attribute:meta])* $kind:ident $name:ident $body:tt)*) => {$(
        #[derive(Debug, Deserialize, JsonSchema)]
        $(#[$attribute])*
        #[expect(dead_code, reason = "only errors are examined")]
        $kind $name $body
    )*};
}

types! {
    struct Nested { n: u8, m: Evens, o: Option<Box<Nested>>, z: u8 }

    #[serde(tag = "type")]
    enum Internal {
        Near { a: u8, m: Evens, z: u8 },
        Nested(Nested),
        List { list: Vec<Nested>, last: u8 },
        Twice { m: BTreeMap<String, BTreeMap<Even, Even>> },
        Beside { e: Even, m: Evens },
        Addresses { ip: IpAddr, m: BTreeMap<IpAddr, u8> },
        Pairs { pairs: Vec<(u8, Evens)> },
        Maybe { m: Option<Evens> },
        Single { a: u8, m: Single },
        Untagged { u: Same, v: Option<Different> },
        Different(Different),
    }

    #[serde(tag = "t", content = "c")]
    enum Adjacent { Map(Evens), Fields { a: u8, m: Evens, z: u8 }, Nested(Nested) }

    enum External { Unit, Map(Evens), Fields { m: Evens, z: u8 }, Pair(u8, Evens) }

    #[serde(untagged)]
    enum Same { Number { x: u8 }, Flag { x: bool } }

    #[serde(untagged)]
    enum Different { Near { a: u8, m: Evens }, Far { #[serde(alias = "e")] c: u8, d: String }, Ip { ip: IpAddr } }

    #[serde(untagged)]
    enum Kinds { Id(u32), Numbers(Vec<u8>), Flags(Vec<bool>), Even(Even), Same { same: Option<Same> } }

    struct FlatStruct { id: u8, #[serde(flatten)] nested: Nested }

    struct FlatMap { id: u8, #[serde(flatten)] rest: Evens }

    struct FlatUntagged { id: u8, #[serde(flatten)] rest: Different }

    struct FlatExternal { id: u8, #[serde(flatten)] rest: External }

    #[serde(tag = "type")]
    enum PartlyUntagged { Known { x: u8 }, #[serde(untagged)] Any { y: u8 } }

    #[serde(tag = "type")]
    enum Outer { Inner(Internal), Enum(External) }
}

/// Checks the first issue of each input, as `path keyword: message`.
fn says<T: DeserializeOwned + JsonSchema + Send + 'static>(rows: &[(&str, &str)]) {
    let plan = <T as Decode>::plan().unwrap();
    for (text, expected) in rows {
        let invalid = decode::<T>(text, &plan).err().expect(text);
        let issues: Vec<_> = invalid.errors().iter().collect();
        let said: Vec<_> = issues
            .iter()
            .map(|issue| format!("{} {}: {}", issue.path, issue.keyword, issue.message))
            .collect();
        assert_eq!(said.join("; "), *expected, "{text}");
        assert!(!invalid.to_frame().contains("SECRET"), "{text}");
    }
}

#[test]
fn rejected_key_is_reported_at_its_map() {
    says::<Internal>(&[
        (r#"{"type":"Near","a":1,"m":{"SECRET7":1},"z":1}"#, "/m type: the key of member 1 is not valid"),
        (
            r#"{"type":"Near","a":1,"m":{"even":1,"odd":1},"z":1}"#,
            "/m type: the key of member 2 is not valid",
        ),
        (r#"{"a":1,"m":{"odd":1},"z":1,"type":"Near"}"#, "/m type: the key of member 1 is not valid"),
        (r#"{"a":1,"z":1,"type":"Near","m":{"ev":1,"odd":2}}"#, "/m type: the key of member 2 is not valid"),
        (r#"{"type":"Nested","n":1,"m":{"odd":1},"z":1}"#, "/m type: the key of member 1 is not valid"),
        (
            r#"{"type":"Nested","n":1,"m":{},"z":1,"o":{"n":1,"m":{"odd":1},"z":1}}"#,
            "/o/m type: the key of member 1 is not valid",
        ),
        (
            r#"{"type":"List","list":[{"n":1,"m":{"ev":1},"z":1},{"n":1,"m":{"odd":1},"z":1}],"last":1}"#,
            "/list/1/m type: the key of member 1 is not valid",
        ),
        (r#"{"type":"Twice","m":{"a":{"odd":"ev"}}}"#, "/m/* type: the key of member 1 is not valid"),
        (
            r#"{"type":"Twice","m":{"a":{"ev":"ev","ab":"ab"},"b":{"ev":"ev","odd":"ev"}}}"#,
            "/m/* type: the key of member 2 is not valid",
        ),
        (r#"{"type":"Beside","e":"ev","m":{"odd":1}}"#, "/m type: the key of member 1 is not valid"),
        (r#"{"type":"Beside","m":{"odd":1},"e":"ev"}"#, "/m type: the key of member 1 is not valid"),
        (
            r#"{"type":"Addresses","ip":"::1","m":{"1.2.3.4":1,"1.2.3":2}}"#,
            "/m type: the key of member 2 is not valid",
        ),
        (
            r#"{"type":"Pairs","pairs":[[1,{}],[2,{"odd":1}]]}"#,
            "/pairs/1/1 type: the key of member 1 is not valid",
        ),
        (r#"{"type":"Maybe","m":{"odd":1},"more":1}"#, "/m type: the key of member 1 is not valid"),
        (
            r#"{"type":"Near","more":{"odd":1},"a":1,"m":{"odd":1},"z":1}"#,
            "/m type: the key of member 1 is not valid",
        ),
    ]);
    says::<Adjacent>(&[
        (r#"{"t":"Map","c":{"odd":1}}"#, "/c type: the key of member 1 is not valid"),
        (r#"{"c":{"odd":1},"t":"Map"}"#, "/c type: the key of member 1 is not valid"),
        (r#"{"c":{"a":1,"m":{"odd":1},"z":1},"t":"Fields"}"#, "/c/m type: the key of member 1 is not valid"),
        (r#"{"c":{"n":1,"m":{"odd":1},"z":1},"t":"Nested"}"#, "/c/m type: the key of member 1 is not valid"),
    ]);
    says::<External>(&[
        (r#"{"Map":{"odd":1}}"#, "/Map type: the key of member 1 is not valid"),
        (r#"{"Pair":[1,{"ev":1,"odd":1}]}"#, "/Pair/1 type: the key of member 2 is not valid"),
    ]);
    says::<FlatStruct>(&[(
        r#"{"id":1,"n":1,"m":{"odd":1},"z":1}"#,
        "/m type: the key of member 1 is not valid",
    )]);
    says::<FlatMap>(&[(r#"{"ev":1,"odd":1,"id":1}"#, " type: the key of member 2 is not valid")]);
    says::<FlatExternal>(&[(r#"{"id":1,"Map":{"odd":1}}"#, "/Map type: the key of member 1 is not valid")]);
    says::<Different>(&[(r#"{"a":1,"m":{"odd":1}}"#, "/m type: the key of member 1 is not valid")]);
    says::<Outer>(&[
        (r#"{"type":"Enum","Map":{"odd":1}}"#, "/Map type: the key of member 1 is not valid"),
        (
            r#"{"type":"Enum","Fields":{"m":{"odd":1},"z":1}}"#,
            "/Fields/m type: the key of member 1 is not valid",
        ),
    ]);
    says::<Vec<BTreeMap<Even, Evens>>>(&[
        (r#"[{"odd":{"ev":1}}]"#, "/0 type: the key of member 1 is not valid"),
        (r#"[{"ev":{"odd":1}}]"#, "/0/* type: the key of member 1 is not valid"),
    ]);
}

#[test]
fn field_under_two_names_is_named() {
    types! {
        struct Aliased { #[serde(alias = "b", alias = "c")] a: u8 }

        #[serde(tag = "type")]
        enum Holds { One(Aliased), List { list: Vec<Aliased> } }
    }

    says::<Aliased>(&[
        (r#"{"a":1,"b":1}"#, " type: has `a` under two names"),
        (r#"{"c":1,"b":1}"#, " type: has `a` under two names"),
        (r#"{"b":"SECRET","c":1}"#, "/b type: expected integer"),
    ]);
    says::<Vec<Aliased>>(&[(r#"[{"a":1},{"a":1,"b":1}]"#, "/1 type: has `a` under two names")]);
    says::<Holds>(&[(r#"{"type":"One","a":1,"b":1}"#, " type: has `a` under two names")]);
}

#[test]
fn rejected_value_beside_a_map_is_reported_itself() {
    says::<Internal>(&[
        (r#"{"type":"Beside","m":{"ev":1},"e":"odd"}"#, "/e type: is not a valid `Even`"),
        (r#"{"type":"Beside","m":{"odd":1},"e":"odd"}"#, "/e type: is not a valid `Even`"),
        (r#"{"type":"Twice","m":{"a":{"ev":"odd"}}}"#, "/m/*/* type: is not a valid `Even`"),
        (r#"{"type":"Twice","m":{"a":{"ev":"ev"},"b":{"ev":"odd"}}}"#, "/m/*/* type: is not a valid `Even`"),
        (r#"{"type":"Addresses","ip":"1.2.3","m":{}}"#, "/ip format: must be an IP address"),
        (r#"{"type":"Single","a":1,"m":{"a":1,"b":2}}"#, "/m type: is not a valid `Single`"),
    ]);
}

#[test]
fn closest_form_of_an_untagged_enum_is_explained() {
    says::<Same>(&[
        (r#"{"x":"SECRET"}"#, "/x anyOf: expected integer, or expected boolean"),
        (r#"{"x":[1]}"#, "/x anyOf: expected integer, or expected boolean"),
        ("{}", " required: `x` is required"),
        ("5", " type: expected object"),
    ]);
    says::<Different>(&[
        (r#"{"a":1}"#, " required: `m` is required"),
        (r#"{"c":1}"#, " required: `d` is required"),
        (
            r#"{"e":1}"#,
            " anyOf: `a` is required and `m` is required, or `c` is required and `d` is required, or `ip` is required",
        ),
        (r#"{"a":1,"m":{"ev":"SECRET"}}"#, "/m/* type: expected integer"),
        (r#"{"ip":"SECRET"}"#, "/ip format: must be an IP address"),
        (r#"{"a":1,"c":1}"#, " anyOf: `m` is required, or `d` is required"),
    ]);
    says::<Kinds>(&[
        ("-1", " minimum: must be at least 0"),
        (r#""odd""#, " type: is not a valid `Kinds`"),
        ("[1,true]", " anyOf: at `/1`: expected integer, or at `/0`: expected boolean"),
        (r#"["SECRET"]"#, "/0 anyOf: expected integer, or expected boolean"),
        (r#"{"same":{"x":"SECRET"}}"#, "/same/x anyOf: expected integer, or expected boolean"),
        (r#"{"same":5}"#, "/same type: expected object"),
        ("true", " type: expected integer or array or string or object"),
    ]);
    says::<Internal>(&[
        (r#"{"type":"Untagged","u":{"x":"SECRET"}}"#, "/u/x anyOf: expected integer, or expected boolean"),
        (r#"{"type":"Untagged","u":{"x":1},"v":{"a":1}}"#, "/v required: `m` is required"),
        (r#"{"type":"Different","a":1}"#, " required: `m` is required"),
        (r#"{"type":"Different","a":"SECRET","m":{}}"#, "/a type: expected integer"),
    ]);
    says::<FlatUntagged>(&[
        (r#"{"id":1,"a":1}"#, " required: `m` is required"),
        (r#"{"id":1,"c":"SECRET","d":""}"#, "/c type: expected integer"),
        (r#"{"id":"SECRET","a":1,"m":{}}"#, "/id type: expected integer"),
    ]);
    says::<FlatExternal>(&[
        (
            r#"{"id":1}"#,
            " oneOf: `Map` is required, or `Fields` is required, or `Pair` is required, or `Unit` is required",
        ),
        (r#"{"id":1,"Fields":{"m":{}}}"#, "/Fields required: `z` is required"),
    ]);
    says::<PartlyUntagged>(&[
        (r#"{"type":"Known","x":"SECRET"}"#, "/x type: expected integer"),
        (r#"{"y":"SECRET"}"#, "/y type: expected integer"),
        ("{}", " anyOf: `type` is required and `x` is required, or `y` is required"),
    ]);
    says::<Option<Same>>(&[(r#"{"x":"SECRET"}"#, "/x anyOf: expected integer, or expected boolean")]);
}
