//! Names that serde accepts in addition to a field's own (`alias`, `other`), differences between schemars and serde,
//! and the log events about them at start-up.

#![expect(dead_code, reason = "fields are looked at through `Debug`")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::{
    Event as Said, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::set_default,
};
use ws_runtime::{OnInvalid, Route, Server, testing::Site, ws_route};

use crate::support::{Journal, Note};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Command {
    #[serde(alias = "say")]
    Text { text: String },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Profile {
    #[serde(alias = "nick")]
    name: String,
    #[serde(default, alias = "years")]
    age: u8,
}

struct Commands(Journal);

#[ws_route("/commands", body = Command, response = Note)]
impl Commands {
    fn message(&self, command: Command) {
        self.0.note(format!("{command:?}"));
    }
}

struct Profiles(Journal);

#[ws_route("/profiles", body = Profile, response = Note)]
impl Profiles {
    fn message(&self, profile: Profile) {
        self.0.note(format!("{} {}", profile.name, profile.age));
    }
}

#[tokio::test(start_paused = true)]
async fn aliases_and_other_are_accepted_as_serde_does() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Commands(journal.clone())).route(Profiles(journal.clone())));
    let mut commands = site.connect::<Commands>("/commands").await.unwrap();
    let mut profiles = site.connect::<Profiles>("/profiles").await.unwrap();
    for (text, heard) in [
        (r#"{"type":"say","text":"x"}"#, r#"Text { text: "x" }"#),
        (r#"{"text":"x","type":"text"}"#, r#"Text { text: "x" }"#),
        (r#"{"type":"dance","steps":[1]}"#, "Unknown"),
    ] {
        commands.send_text(text).await;
        site.settled().await;
        assert_eq!(journal.take(), [heard], "{text}");
    }
    for (text, heard) in
        [(r#"{"nick":"x","years":7}"#, "x 7"), (r#"{"name":"x","age":7}"#, "x 7"), (r#"{"nick":"x"}"#, "x 0")]
    {
        profiles.send_text(text).await;
        site.settled().await;
        assert_eq!(journal.take(), [heard], "{text}");
    }
    for (text, path) in
        [(r#"{"nick":1}"#, "/nick"), (r#"{"years":7}"#, ""), (r#"{"nick":"x","years":256}"#, "/years")]
    {
        profiles.send_text(text).await;
        assert_eq!(profiles.receive_error().await["errors"][0]["path"], path, "{text}");
    }
    for text in [r#"{"type":"say"}"#, r#"{"type":1}"#, r#"{"text":"x"}"#] {
        commands.send_text(text).await;
        assert_eq!(commands.receive_error().await["type"], "validation", "{text}");
    }
}

/// Declares a route for one type that replies with the `Debug` output of the message.
macro_rules! routes {
    ($($name:ident: $path:literal, $body:ty;)*) => {$(
        struct $name(Journal);

        #[ws_route($path, body = $body, response = Note)]
        impl $name {
            fn message(&self, body: $body) {
                self.0.note(format!("{body:?}"));
            }
        }
    )*};
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Point {
    x: u8,
    y: u8,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "type", deny_unknown_fields)]
enum Internal {
    Join { room: String },
    Leave,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Join(String),
    Leave,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum External {
    Unit,
    Struct { n: u8 },
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Flat {
    n: u8,
    #[serde(flatten)]
    point: Option<Point>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "u8")]
struct Even(u8);

impl TryFrom<u8> for Even {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, &'static str> {
        if number.is_multiple_of(2) { Ok(Self(number)) } else { Err("odd") }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Limited {
    #[schemars(length(max = 2))]
    text: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Overlapping {
    Small { x: u8 },
    Big { x: u8, y: u8 },
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "type")]
enum Swallowing {
    Known {
        n: u8,
    },
    #[serde(untagged)]
    Any {
        x: u8,
    },
}

routes! {
    Points: "/point", Point;
    Internals: "/internal", Internal;
    Adjacents: "/adjacent", Adjacent;
    Externals: "/external", External;
    Sets: "/set", BTreeSet<u8>;
    Flats: "/flat", Flat;
    Numbers: "/number", Vec<Option<u32>>;
    Keys: "/keys", BTreeMap<u8, u8>;
    Evens: "/even", Even;
    Texts: "/text", Limited;
    Overlaps: "/overlapping", Overlapping;
    Swallows: "/swallowing", Swallowing;
}

/// Sends a text to a route. Returns the reply, or the keyword of the first validation error.
async fn reply<R: Route>(route: fn(Journal) -> R, path: &'static str, text: &str) -> String {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(route(journal.clone())));
    let mut client = site.connect::<R>(path).await.unwrap();
    client.send_text(text).await;
    site.settled().await;
    match journal.take().pop() {
        Some(heard) => heard,
        None => client.receive_error().await["errors"][0]["keyword"].as_str().unwrap_or_default().to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn schema_and_serde_accept_the_same_values() {
    // serde would accept a struct as an array, and a unit variant as an object. The schema decides whether the library
    // does.
    assert_eq!(reply(Points, "/point", "[1,2]").await, "type");
    assert_eq!(reply(Internals, "/internal", r#"["Join","r"]"#).await, "type");
    assert_eq!(reply(Adjacents, "/adjacent", r#"["Join","r"]"#).await, "type");
    assert_eq!(reply(Externals, "/external", r#"{"struct":[1]}"#).await, "type");
    assert_eq!(reply(Externals, "/external", r#"{"unit":null}"#).await, "enum");
    assert_eq!(reply(Sets, "/set", "[1,1]").await, "uniqueItems");
    assert_eq!(reply(Internals, "/internal", r#"{"type":"Leave","x":1}"#).await, "additionalProperties");
    assert_eq!(reply(Texts, "/text", r#"{"text":"xyz"}"#).await, "maxLength");
    // An integer is accepted in every notation within the range of its type.
    assert_eq!(reply(Numbers, "/number", "[1.0,1e2,-0,null]").await, "[Some(1), Some(100), Some(0), None]");
    assert_eq!(reply(Numbers, "/number", "[4294967296]").await, "maximum");
    // A unit variant has no content, so only `null` is accepted.
    assert_eq!(reply(Adjacents, "/adjacent", r#"{"t":"Leave","c":5}"#).await, "type");
    assert_eq!(reply(Adjacents, "/adjacent", r#"{"t":"Leave","c":null}"#).await, "Leave");
    // The type rejects values that its schema cannot exclude.
    assert_eq!(reply(Keys, "/keys", r#"{"256":1}"#).await, "type");
    assert_eq!(reply(Evens, "/even", "7").await, "type");
    assert_eq!(reply(Evens, "/even", "8").await, "Even(8)");
    // Repeated keys and excessive nesting are JSON errors.
    assert_eq!(reply(Points, "/point", r#"{"x":1,"y":2,"x":3}"#).await, "json");
    assert_eq!(reply(Points, "/point", &"[".repeat(200)).await, "json");
    // Schema and serde both choose the first untagged variant that matches.
    assert_eq!(reply(Overlaps, "/overlapping", r#"{"x":1,"y":"bad"}"#).await, "Small { x: 1 }");
    assert_eq!(reply(Swallows, "/swallowing", r#"{"type":"zzz","x":1}"#).await, "Any { x: 1 }");
    assert_eq!(reply(Flats, "/flat", r#"{"n":1}"#).await, "Flat { n: 1, point: None }");
}

/// Warnings that were logged on this thread.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::WARN
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Said<'_>) {
        struct Line(String);

        impl Visit for Line {
            fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                let _ = write!(self.0, "{}={value:?} ", field.name());
            }
        }
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().expect("no test panics while it holds this").push(line.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[derive(Serialize, JsonSchema)]
struct Loose {
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<u8>,
}

macro_rules! answering {
    ($($name:ident: $path:literal, $response:ty $(, $key:ident = $value:tt)*;)*) => {$(
        struct $name;

        #[ws_route($path, body = Point, response = $response $(, $key = $value)*)]
        impl $name {
            fn message(&self, _body: Point) {}
        }
    )*};
}

answering! {
    Anything: "/anything", Value;
    Text: "/text", String;
    Open: "/open", Loose, on_invalid = reply;
    Telling: "/telling", Note;
    Closing: "/closing", Value, on_invalid = close;
    Ignoring: "/ignoring", Value, on_invalid = ignore;
}

#[test]
fn start_up_logs_that_invalid_messages_close() {
    let warned = |server: Server| {
        let warnings = Warnings::default();
        let _guard = set_default(warnings.clone());
        let _site = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(async { Site::start(server) });
        let warnings = warnings.0.lock().expect("no test panics while it holds this").clone();
        warnings.into_iter().filter(|line| line.contains("close the connection")).collect::<Vec<_>>()
    };
    for (server, path) in [
        (Server::new().route(Anything), "/anything"),
        (Server::new().route(Text), "/text"),
        (Server::new().route(Open), "/open"),
    ] {
        let lines = warned(server);
        assert!(matches!(&*lines, [line] if line.contains(path)), "{lines:?}");
    }
    for server in [
        Server::new().route(Telling),
        Server::new().route(Closing),
        Server::new().route(Ignoring),
        Server::new().on_invalid(OnInvalid::Close).route(Anything),
    ] {
        assert_eq!(warned(server), Vec::<String>::new());
    }
}
