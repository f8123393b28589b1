//! Tests of names that serde accepts and schemars does not list, checked against the schema and the types themselves.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};

use serde_json::{Value, json};

use crate::schema::Check;

macro_rules! types {
    ($($(#[$attribute:meta])* $kind:ident $name:ident $body:tt)*) => {$(
        #[derive(Debug, Deserialize, JsonSchema)]
        $(#[$attribute])*
        #[expect(dead_code, reason = "the type is only deserialized")]
        $kind $name $body
    )*};
}

types! {
    struct Named {
        #[serde(alias = "nick", alias = "nom")]
        name: String,
        #[serde(rename = "years", alias = "age", alias = "a/b~c")]
        #[schemars(range(max = 150))]
        old: u8,
        #[serde(alias = "mail")]
        address: Option<String>,
    }
    #[serde(deny_unknown_fields)]
    struct Denying { #[serde(default, alias = "b")] a: u8 }
    enum External {
        Unit,
        #[serde(alias = "fresh")]
        New(Named),
        Struct { #[serde(alias = "y")] x: u8 },
        Tuple(u8, Box<Denying>),
    }
    #[serde(tag = "type", rename_all = "snake_case")]
    enum Internal { #[serde(alias = "say")] Text { text: String }, Who, #[serde(other)] Unknown }
    #[serde(tag = "type")]
    enum Renamed { #[serde(alias = "say", alias = "tell")] Text { text: String }, Who }
    #[serde(tag = "t", content = "c")]
    enum Adjacent { #[serde(alias = "n")] Named(Named), Unit, #[serde(other)] Unknown }
    #[serde(tag = "t", content = "c", deny_unknown_fields)]
    enum Strict { Pair(u8, #[serde(alias = "unused")] Level), Unit }
    struct Deep {
        list: Vec<Option<Denying>>,
        map: BTreeMap<u8, Denying>,
        named: HashMap<String, (u8, String, Denying)>,
        keyed: BTreeMap<Documented, Box<Denying>>,
        again: Option<Box<Deep>>,
        external: External,
    }
    struct Flat { #[serde(alias = "own")] id: Option<u8>, level: Level, #[serde(flatten)] rest: Denied }
    struct Denied { inner: Option<Named> }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Level {
    #[serde(alias = "least")]
    Low,
    High,
    #[serde(other)]
    Unknown,
}

/// An enum whose variants have doc comments, which schemars writes as branches.
#[derive(Debug, Deserialize, JsonSchema)]
enum Documented {
    /// The lower level.
    #[serde(alias = "least")]
    Low,
    /// The higher level.
    High,
}

impl PartialEq for Documented {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Documented {}

impl PartialOrd for Documented {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Documented {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (matches!(self, Self::High)).cmp(&matches!(other, Self::High))
    }
}

fn check<T: DeserializeOwned + JsonSchema>() -> Check {
    Check::read::<T>().unwrap()
}

/// Asserts that the schema accepts the texts in `accepted` and rejects those in `rejected`, and that the type reads the
/// accepted ones.
fn agree<T: DeserializeOwned + JsonSchema>(accepted: &[&str], rejected: &[&str]) {
    let check = check::<T>();
    for (text, expected) in
        accepted.iter().map(|text| (text, true)).chain(rejected.iter().map(|text| (text, false)))
    {
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(check.is_valid(&value), expected, "{text} in {}", check.schema());
        if expected {
            serde_json::from_str::<T>(text).unwrap();
        } else {
            assert!(!check.explain(&value).is_empty());
        }
    }
}

#[test]
fn field_is_accepted_under_each_alias() {
    agree::<Named>(
        &[r#"{"name":"x","years":1}"#, r#"{"nick":"x","age":1}"#, r#"{"nom":"x","a/b~c":150,"mail":"m"}"#],
        &[
            r#"{"years":1}"#,
            r#"{"name":"x"}"#,
            r#"{"nick":1,"years":1}"#,
            r#"{"nick":"x","age":151}"#,
            r#"{"name":"x","years":1,"mail":5}"#,
        ],
    );
    agree::<Denying>(&["{}", r#"{"a":1}"#, r#"{"b":1}"#], &[r#"{"c":1}"#, r#"{"b":"x"}"#]);
    agree::<Option<Vec<Denying>>>(&["null", r#"[{"b":1}]"#], &[r#"[{"c":1}]"#]);
}

#[test]
fn aliases_are_found_at_any_depth() {
    let external = |external: &str, list: &str| {
        format!(
            r#"{{"list":[{list}],"map":{{"7":{list}}},"named":{{"k":[1,"x",{list}]}},"keyed":{{"High":{list}}},"external":{external}}}"#
        )
    };
    let accepted = [
        external(r#"{"fresh":{"nick":"x","age":1}}"#, r#"{"b":1}"#),
        external(r#"{"Struct":{"y":1}}"#, r#"{"a":1}"#),
        external(r#"{"Tuple":[1,{"b":2}]}"#, "{}"),
        external("\"Unit\"", r#"{"b":255}"#),
    ];
    let rejected = [
        external(r#"{"fresh":{"nick":"x","ages":1}}"#, r#"{"b":1}"#),
        external(r#"{"Struct":{"z":1}}"#, r#"{"a":1}"#),
        external("\"Unit\"", r#"{"c":1}"#),
        external("\"fresh\"", "{}"),
    ];
    let (accepted, rejected) =
        (accepted.each_ref().map(String::as_str), rejected.each_ref().map(String::as_str));
    agree::<Deep>(&accepted, &rejected);
    agree::<Vec<Option<Deep>>>(&[&format!("[{}]", accepted[0])], &[&format!("[{}]", rejected[0])]);
}

#[test]
fn variants_are_accepted_under_each_alias() {
    agree::<Documented>(&["\"Low\"", "\"least\"", "\"High\""], &["\"Least\"", "1"]);
    agree::<Renamed>(
        &[r#"{"type":"say","text":"x"}"#, r#"{"text":"x","type":"tell"}"#, r#"{"type":"Text","text":"x"}"#],
        &[r#"{"type":"say"}"#, r#"{"type":"shout","text":"x"}"#],
    );
    agree::<Adjacent>(&[r#"{"t":"n","c":{"nick":"x","age":1}}"#], &[r#"{"t":"n","c":{"nick":"x"}}"#]);
}

#[test]
fn other_variant_accepts_unknown_tags_only() {
    agree::<Level>(&["\"low\"", "\"least\"", "\"medium\"", "\"unknown\"", "\"\""], &["1", "null", "[]"]);
    agree::<Internal>(
        &[r#"{"type":"who"}"#, r#"{"type":"later","more":[1]}"#, r#"{"type":"unknown"}"#],
        &[r#"{"type":"text"}"#, r#"{"type":1}"#, r#"{"kind":"who"}"#, "[\"later\"]"],
    );
    agree::<Adjacent>(
        &[
            r#"{"t":"later"}"#,
            r#"{"t":"later","c":null}"#,
            r#"{"t":"Unit","c":null}"#,
            r#"{"t":"Unit","d":5}"#,
        ],
        &[r#"{"t":"later","c":5}"#, r#"{"t":"Unit","c":5}"#, r#"{"c":5}"#],
    );
    agree::<Strict>(
        &[r#"{"t":"Pair","c":[1,"else"]}"#, r#"{"t":"Unit"}"#],
        &[r#"{"t":"Unit","c":5}"#, r#"{"t":"x"}"#],
    );
}

#[test]
fn aliases_of_flattened_fields_are_ignored() {
    agree::<Flat>(
        &[r#"{"level":"else"}"#, r#"{"own":1,"level":"low"}"#],
        &[r#"{"inner":{"nick":"x","years":1},"level":"low"}"#],
    );
}

#[test]
fn added_schema_parts_are_marked() {
    let schema = check::<Named>().schema()["$defs"]["Named"].clone();
    assert_eq!(schema["properties"]["nick"], json!({"type": "string", "x-serde": "alias"}));
    assert_eq!(schema["properties"]["age"]["maximum"], 150);
    assert_eq!(
        schema["allOf"][0]["anyOf"],
        json!([{"required": ["name"]}, {"required": ["nick"], "x-serde": "alias"}, {"required": ["nom"], "x-serde": "alias"}]),
    );
    let schema = check::<Internal>().schema()["$defs"]["Internal"].clone();
    let other = schema["oneOf"].as_array().and_then(|branches| branches.last()).unwrap().clone();
    assert_eq!(other["x-serde"], "other");
    assert_eq!(other["properties"]["type"]["not"]["enum"], json!(["text", "who", "unknown"]));
}

#[test]
fn issue_names_the_field_not_its_alias() {
    let explain = |value| -> Vec<String> {
        let issues = check::<Named>().explain(&value).into_iter();
        issues.map(|issue| format!("{} {}: {}", issue.path, issue.keyword, issue.message)).collect()
    };
    assert_eq!(explain(json!({"years": 1})), [" required: `name` is required"]);
    assert_eq!(explain(json!({"nick": 1, "years": 1})), ["/nick type: expected string"]);
}

#[test]
fn untaggable_variant_or_map_key_is_rejected() {
    macro_rules! tagged {
        ($($name:ident($content:ty);)*) => {$(
            #[derive(Debug, Deserialize, JsonSchema)]
            #[serde(tag = "type")]
            #[expect(dead_code, reason = "the type is only deserialized")]
            enum $name {
                Who,
                Held($content),
            }
        )*};
    }
    tagged! {
        Text(String);
        Switch(bool);
        Maybe(Option<String>);
        Wrapped(Box<str>);
        Named2(Named);
        Maybe2(Option<Named>);
        Mapped(HashMap<String, u8>);
    }
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(tag = "type")]
    enum Nothing {
        Who,
        Held(()),
    }
    for rejected in [
        Check::read::<Text>(),
        Check::read::<Switch>(),
        Check::read::<Maybe>(),
        Check::read::<Wrapped>(),
        Check::read::<Vec<Option<Text>>>(),
    ] {
        let reason = rejected.unwrap_err().to_string();
        assert!(reason.contains("`Held`") && reason.contains("content = \"data\""), "{reason}");
    }
    check::<Named2>();
    check::<Maybe2>();
    check::<Nothing>();
    check::<Mapped>();
    for rejected in [
        Check::read::<BTreeMap<(u8, u8), u8>>(),
        Check::read::<Vec<BTreeMap<Vec<u8>, u8>>>(),
        Check::read::<Option<BTreeMap<(), String>>>(),
    ] {
        let reason = rejected.unwrap_err().to_string();
        assert!(reason.contains("keys of a map"), "{reason}");
    }
    check::<BTreeMap<bool, u8>>();
    check::<BTreeMap<char, u8>>();
    check::<BTreeMap<Option<String>, u8>>();
}
