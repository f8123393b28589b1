//! Flattened maps in objects with other fields: the output of serde is sent, is valid by its published schema, and is
//! decoded again.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Debug,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::agreement::decode;
use crate::codec::{Decode, Encode, Encoded};

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Metrics {
    host: String,
    #[serde(flatten)]
    values: BTreeMap<String, f32>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
enum Event {
    Metrics(Metrics),
    Boxed(Box<Metrics>),
    Map(HashMap<String, u8>),
    Fields {
        at: u8,
        #[serde(flatten)]
        more: BTreeMap<String, bool>,
    },
    Nothing,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Envelope {
    id: String,
    #[serde(flatten)]
    event: Event,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
enum Outer {
    Event(Event),
    Envelope(Envelope),
    Shared(Shared),
    Tree(Tree),
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Shared(BTreeMap<String, Vec<u8>>);

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Tree {
    #[serde(flatten)]
    branches: BTreeMap<String, Tree>,
}

/// Asserts that each text survives a round trip, and that each rejected text is reported at its path.
fn survives_round_trip<T>(texts: &[&str], rejected: &[(&str, &str)])
where
    T: Serialize + DeserializeOwned + JsonSchema + Debug + PartialEq + Send + Sync + 'static,
{
    let (inbound, outbound) = (<T as Decode>::plan().unwrap(), <T as Encode>::plan().unwrap());
    let published = jsonschema::options().build(outbound.schema().unwrap()).unwrap();
    for text in texts {
        let value: T = serde_json::from_str(text).unwrap();
        assert_eq!(decode::<T>(text, &inbound).expect(text), value);
        let mut out = Vec::new();
        assert_eq!(value.encode(&outbound, &mut out).expect(text), Encoded::Text);
        let written = String::from_utf8(out).unwrap();
        assert!(published.is_valid(&serde_json::from_str(&written).unwrap()), "{written}");
        assert_eq!(decode::<T>(&written, &inbound).expect(text), value);
    }
    for (text, path) in rejected {
        assert!(serde_json::from_str::<T>(text).is_err(), "{text}");
        let invalid = decode::<T>(text, &inbound).expect_err(text);
        assert_eq!(&*invalid.errors()[0].path, *path, "{text}: {invalid}");
    }
}

#[test]
fn tag_is_not_an_entry_of_a_flattened_map() {
    survives_round_trip::<Event>(
        &[
            r#"{"type":"Metrics","host":"a"}"#,
            r#"{"type":"Metrics","host":"a","load":0.5,"more":2}"#,
            r#"{"load":0.5,"host":"a","type":"Boxed"}"#,
            r#"{"type":"Map","a":1}"#,
            r#"{"type":"Fields","at":1,"on":true}"#,
            r#"{"type":"Nothing"}"#,
        ],
        &[
            (r#"{"type":"Metrics","host":"a","load":"x"}"#, "/*"),
            (r#"{"type":"Metrics","host":1}"#, "/host"),
            (r#"{"type":"Metrics","load":1}"#, ""),
            (r#"{"type":"Map","a":true}"#, "/*"),
        ],
    );
}

#[test]
fn sibling_fields_are_not_entries_of_a_flattened_map() {
    survives_round_trip::<Envelope>(
        &[
            r#"{"id":"x","type":"Metrics","host":"a","load":1}"#,
            r#"{"id":"x","type":"Map","a":1}"#,
            r#"{"type":"Fields","at":1,"on":true,"id":"x"}"#,
            r#"{"id":"x","type":"Nothing"}"#,
        ],
        &[(r#"{"id":"x","type":"Map","a":"y"}"#, "/*"), (r#"{"id":1,"type":"Map"}"#, "/id")],
    );
}

#[test]
fn outer_tag_is_not_an_entry_of_a_map() {
    survives_round_trip::<Outer>(
        &[
            r#"{"kind":"Event","type":"Metrics","host":"a","load":1}"#,
            r#"{"kind":"Event","type":"Map","a":1}"#,
            r#"{"a":1,"type":"Map","kind":"Event"}"#,
            r#"{"kind":"Envelope","id":"x","type":"Boxed","host":"a","load":1}"#,
            r#"{"kind":"Shared","a":[1]}"#,
            r#"{"kind":"Tree","a":{"kind":{"b":{}}}}"#,
        ],
        &[
            (r#"{"kind":"Event","type":"Map","a":"x"}"#, "/*"),
            (r#"{"kind":"Shared","a":["x"]}"#, "/*/0"),
            (r#"{"kind":"Tree","a":{"kind":"x"}}"#, "/*/*"),
        ],
    );
}

/// serde writes a unit variant beside a tag as a key with `null`.
#[test]
fn external_enum_beside_a_tag_survives_a_round_trip() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
    enum Level {
        Low,
        /// Documented variants are separate alternatives.
        High,
        Of(u8),
        Fields {
            x: u8,
        },
        Pair(u8, u8),
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "type")]
    enum Tagged {
        Level(Level),
        Nothing,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(tag = "kind")]
    enum Twice {
        Tagged(Tagged),
        Other { level: Level },
    }

    survives_round_trip::<Tagged>(
        &[
            r#"{"type":"Level","Low":null}"#,
            r#"{"High":null,"type":"Level"}"#,
            r#"{"type":"Level","Of":1}"#,
            r#"{"type":"Level","Fields":{"x":1}}"#,
            r#"{"type":"Level","Pair":[1,2]}"#,
            r#"{"type":"Nothing"}"#,
        ],
        &[
            (r#"{"type":"Level","Low":1}"#, "/Low"),
            (r#"{"type":"Level","Of":"x"}"#, "/Of"),
            (r#"{"type":"Level"}"#, ""),
            (r#"{"type":"Level","Of":1,"Low":null}"#, ""),
        ],
    );
    survives_round_trip::<Twice>(
        &[r#"{"kind":"Tagged","type":"Level","Low":null}"#, r#"{"kind":"Other","level":"Low"}"#],
        &[(r#"{"kind":"Other","level":"Lo"}"#, "/level")],
    );
}
