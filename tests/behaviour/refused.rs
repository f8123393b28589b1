//! Errors for values that pass the schema and that the type rejects: they name the path of the value and the expected
//! value.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, testing::Site};

use crate::support::{answer, echo, whole};

/// A string whose length is even.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
struct Even(String);

impl TryFrom<String> for Even {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.len().is_multiple_of(2) { Ok(Self(text)) } else { Err(format!("{text} is odd")) }
    }
}

impl From<Even> for String {
    fn from(even: Even) -> Self {
        even.0
    }
}

/// A range that does not end before it starts.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Bounds", into = "Bounds")]
struct Span {
    from: u8,
    to: u8,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
struct Bounds {
    from: u8,
    to: u8,
}

impl TryFrom<Bounds> for Span {
    type Error = &'static str;

    fn try_from(Bounds { from, to }: Bounds) -> Result<Self, &'static str> {
        if from <= to { Ok(Self { from, to }) } else { Err("it ends before it begins") }
    }
}

impl From<Span> for Bounds {
    fn from(Span { from, to }: Span) -> Self {
        Self { from, to }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
struct Seat {
    name: Even,
    when: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Say {
    Book {
        seat: Seat,
        nights: Span,
        #[serde(default)]
        seats: Vec<Seat>,
    },
    Move(Seat),
    Who,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Either {
    Seat(Seat),
    Span { span: Span, when: Timestamp },
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Seats(Vec<Seat>),
    Pair(Even, Span),
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Everything {
    seat: Option<Seat>,
    list: Vec<Even>,
    map: BTreeMap<String, Seat>,
    by_number: BTreeMap<u32, Vec<Even>>,
    say: Option<Say>,
    says: Vec<Say>,
    either: Option<Either>,
    adjacent: Option<Adjacent>,
    tuple: Option<(u8, Even)>,
    says_by_name: BTreeMap<String, Say>,
    by_name: BTreeMap<String, BTreeMap<String, u8>>,
    #[serde(flatten)]
    flat: Flat,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Flat {
    even: Option<Even>,
    flat_map: BTreeMap<String, Even>,
}

echo!(Everywhere, "/everything", Everything);
echo!(Saying, "/say", Say);

#[tokio::test(start_paused = true)]
async fn type_errors_name_the_path_of_the_value() {
    let site = Site::start(Server::new().route(Everywhere).route(Saying));
    let mut client = site.connect::<Everywhere>("/everything").await.expect("it connects");
    let when = "must be a date and time with an offset, as in `2030-01-31T12:00:00Z`";
    let even = "is not a valid `Even`";
    for (text, path, message) in [
        (r#"{"seat":{"name":"odd"}}"#, "/seat/name", even),
        (r#"{"seat":{"name":"ab","when":"SECRET"}}"#, "/seat/when", when),
        (r#"{"list":["ab","odd"]}"#, "/list/1", even),
        (r#"{"tuple":[1,"odd"]}"#, "/tuple/1", even),
        (r#"{"map":{"SECRET":{"name":"odd"}}}"#, "/map/*/name", even),
        (r#"{"by_number":{"7":["ab","odd"]}}"#, "/by_number/*/1", even),
        (r#"{"by_number":{"4294967296":[]}}"#, "/by_number", "the key of member 1 is not valid"),
        (r#"{"say":{"type":"move","name":"odd"}}"#, "/say/name", even),
        (r#"{"say":{"type":"move","name":"ab","when":"SECRET"}}"#, "/say/when", when),
        (
            r#"{"say":{"type":"book","seat":{"name":"ab"},"nights":{"from":2,"to":1}}}"#,
            "/say/nights",
            "is not a valid `Span`",
        ),
        (
            r#"{"says":[{"type":"who"},{"type":"book","nights":{"from":1,"to":2},"seat":{"name":"ab","when":"SECRET"}}]}"#,
            "/says/1/seat/when",
            when,
        ),
        (
            r#"{"says":[{"seats":[{"name":"ab"},{"name":"odd"}],"seat":{"name":"ab"},"nights":{"from":1,"to":2},"type":"book"}]}"#,
            "/says/0/seats/1/name",
            even,
        ),
        (r#"{"says_by_name":{"SECRET":{"type":"move","name":"odd"}}}"#, "/says_by_name/*/name", even),
        (r#"{"either":{"name":"odd"}}"#, "/either/name", even),
        (r#"{"adjacent":{"t":"Seats","c":[{"name":"ab"},{"name":"odd"}]}}"#, "/adjacent/c/1/name", even),
        (
            r#"{"adjacent":{"c":["ab",{"from":2,"to":1}],"t":"Pair"}}"#,
            "/adjacent/c/1",
            "is not a valid `Span`",
        ),
        (r#"{"even":"odd"}"#, "/even", even),
        (r#"{"flat_map":{"a":"ab","SECRET":"odd"}}"#, "/flat_map/*", even),
    ] {
        let [at, keyword, said] = answer(&mut client, text).await.expect_err(text);
        assert_eq!((&*at, &*said), (path, message), "{text}");
        assert_eq!(keyword, if message == when { "format" } else { "type" }, "{text}");
    }
    let mut client = site.connect::<Saying>("/say").await.expect("it connects");
    let [at, ..] = answer(&mut client, r#"{"type":"move","name":"odd"}"#).await.expect_err("it is odd");
    assert_eq!(at, "/name");
}

#[tokio::test(start_paused = true)]
async fn errors_below_a_map_name_the_key() {
    let site = Site::start(Server::new().route(Everywhere));
    let mut client = site.connect::<Everywhere>("/everything").await.expect("it connects");
    for (text, path, message) in [
        (r#"{"map":{"SECRET":{"name":1}}}"#, "/map/*/name", "expected string"),
        (r#"{"map":{"a":{"name":"ab"},"SECRET":{}}}"#, "/map/*", "`name` is required"),
        (r#"{"by_name":{"a":{"b":1},"SECRET":{"SECRET":256}}}"#, "/by_name/*/*", "must be at most 255"),
        (r#"{"by_number":{"1":["ab",1]}}"#, "/by_number/*/1", "expected string"),
        (
            r#"{"says_by_name":{"SECRET":{"type":"move","name":1}}}"#,
            "/says_by_name/*/name",
            "expected string",
        ),
        (
            r#"{"says_by_name":{"SECRET":{"type":"book","seat":{"name":"ab"},"nights":{"from":-1,"to":1}}}}"#,
            "/says_by_name/*/nights/from",
            "must be at least 0",
        ),
    ] {
        let [at, _, said] = answer(&mut client, text).await.expect_err(text);
        assert_eq!((&*at, &*said), (path, message), "{text}");
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Limits {
    #[schemars(length(min = 1))]
    text: String,
    #[schemars(length(min = 1, max = 2))]
    list: Option<Vec<u8>>,
    #[schemars(length(max = 1))]
    short: Option<String>,
    #[schemars(length(min = 2))]
    long: Option<String>,
    any: Option<NumberOrList>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum NumberOrList {
    Number(u8),
    List(Vec<u8>),
}

echo!(Limiting, "/limits", Limits);

#[tokio::test(start_paused = true)]
async fn limits_are_described_in_words() {
    let site = Site::start(Server::new().route(Limiting));
    let mut client = site.connect::<Limiting>("/limits").await.expect("it connects");
    for (text, error) in [
        (r#"{"text":""}"#, ["/text", "minLength", "must not be empty"]),
        (r#"{"text":"x","list":[]}"#, ["/list", "minItems", "must not be empty"]),
        (r#"{"text":"x","list":[1,2,3]}"#, ["/list", "maxItems", "must have at most 2 items"]),
        (r#"{"text":"x","short":"ab"}"#, ["/short", "maxLength", "must have at most 1 character"]),
        (r#"{"text":"x","long":"a"}"#, ["/long", "minLength", "must have at least 2 characters"]),
        (r#"{"text":"x","any":"x"}"#, ["/any", "type", "expected integer or array"]),
    ] {
        assert_eq!(answer(&mut client, text).await.expect_err(text), error, "{text}");
    }
}

#[test]
fn unsupported_pattern_is_reported_at_start_up() {
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Strong {
        #[schemars(extend("pattern" = "^(?=.*[0-9]).+$"))]
        password: String,
    }
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Twice {
        #[schemars(extend("pattern" = r"^(a)\1$"))]
        twice: String,
    }
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Open {
        #[schemars(extend("pattern" = "["))]
        open: String,
    }
    echo!(Passwords, "/passwords", Strong);
    echo!(Twices, "/twice", Twice);
    echo!(Opens, "/open", Open);
    for (server, words) in [
        (Server::new().route(Passwords), ["the pattern `^(?=.*[0-9]).+$` cannot be used", "look-around"]),
        (Server::new().route(Twices), [r"the pattern `^(a)\1$` cannot be used", "back-references"]),
        (Server::new().route(Opens), ["the pattern `[` cannot be used", "not a regular expression"]),
    ] {
        let errors = Site::try_start(server).expect_err("it does not start");
        let error = whole(&errors[0]);
        assert!(words.iter().all(|word| error.contains(word)) && !error.contains("\"regex\""), "{error}");
    }
}
