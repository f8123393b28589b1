//! Mistakes that no type reveals: all of them are reported together before the server listens.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{ServeError, Server, ws_contract, ws_route};

macro_rules! routes {
    ($($name:ident = $path:literal $(, $key:ident = $kind:ty)*;)*) => {
        $(
            struct $name;

            #[ws_route($path $(, $key = $kind)*)]
            impl $name {
                fn message(&self) {}
            }
        )*
    };
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Seat {
    seat: u32,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Client {
    x_api_key: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Nested {
    inner: Seat,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Huge {
    number: u128,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Code {
    #[schemars(regex(pattern = "("))]
    code: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    Error { detail: String },
    Said(Seat),
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Condition {
    All { of: Vec<Condition> },
    Any { of: Vec<Condition>, least: u32 },
    Number(u32),
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Shape")]
struct Square {
    side: u32,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Shape")]
struct Circle {
    radius: u32,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Shapes {
    square: Square,
    circle: Circle,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
enum Words {
    Text(String),
    Who,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
enum Counts {
    Level(u32),
    Who,
}

routes! {
    Lobby = "/chat/{room}";
    Again = "/chat/{name}";
    Rest = "/chat/{room}/{*rest}";
    Uncaptured = "/rooms/{room}/{seat}", params = Seat;
    Unread = "/rooms/{chair}", params = Seat;
    Underscored = "/keys", header = Client;
    NestedQuery = "/nested", query = Nested;
    MappedQuery = "/mapped", query = Vec<String>;
    NestedParams = "/nested/{inner}", params = Nested;
    NestedHeader = "/header", header = Nested;
    NestedCookie = "/cookie", cookie = Nested;
    LongNumbers = "/long", body = Huge;
    Doubling = "/doubling", body = Condition;
    Twins = "/shapes", response = Shapes;
    Untaggable = "/words", body = Words;
    UntaggableAnswer = "/counts", response = Counts;
    PairKeys = "/pairs", body = BTreeMap<(u8, u8), String>;
    BadPattern = "/pattern", response = Code;
    Confusing = "/events", response = Event;
    Fine = "/fine/{seat}", params = Seat, query = BTreeMap<String, String>, body = Seat, response = Seat;
}

struct Keyless;

#[ws_route("/keyless", response = String, latest_by_key = "/symbol")]
impl Keyless {
    fn open(&self) {}
}

#[ws_contract("/unspoken")]
struct Unspoken;

struct Demanding;

#[ws_route(Unspoken, require_protocol)]
impl Demanding {
    fn open(&self) {}
}

const TOO_LONG: Duration = Duration::MAX;

struct Patient;

#[ws_route("/patient", idle_timeout = const TOO_LONG)]
impl Patient {
    fn open(&self) {}
}

struct Roomy;

#[ws_route("/roomy", backpressure_limit = const usize::MAX)]
impl Roomy {
    fn open(&self) {}
}

struct Lazy;

#[ws_route("/lazy", per_message_deflate(threshold = const usize::MAX))]
impl Lazy {
    fn open(&self) {}
}

/// Returns the start-up error of a server. One poll is enough, because the server reports it before it waits.
fn said(server: Server) -> String {
    let listening = pin!(server.listen("127.0.0.1:0"));
    match listening.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Err(error @ ServeError::Start(_))) => {
            assert_eq!(
                format!("{error:?}"),
                error.to_string(),
                "a `main` that returns it shows what it says"
            );
            error.to_string()
        }
        other => panic!("expected a mistake, found {other:?}"),
    }
}

#[test]
fn an_option_beyond_its_range_does_not_start() {
    for (server, expected) in [
        (
            Server::new().route(Patient),
            "the route `/patient` cannot be served: `idle_timeout` cannot have its value: a time is at most a year, and zero lifts \
             the limit",
        ),
        (
            Server::new().route(Roomy),
            "the route `/roomy` cannot be served: `backpressure_limit` cannot have its value: a size is at most 4294967295 \
             bytes, and zero lifts the limit",
        ),
        (
            Server::new().route(Lazy),
            "the route `/lazy` cannot be served: `per_message_deflate(threshold)` cannot have its value: a size is at most \
             4294967295 bytes, and zero lifts the limit",
        ),
        (
            Server::new().close_timeout(Duration::MAX),
            "`close_timeout` cannot be so large: a time is at most a year, and zero lifts the limit",
        ),
    ] {
        assert_eq!(said(server), format!("the server cannot be started; {expected}"));
    }
}

#[test]
fn each_mistake_is_said_with_its_route_and_its_way_out() {
    for (server, expected) in [
        (
            Server::new().route(Lobby).route(Lobby),
            "the route `/chat/{room}` is added twice: a type is one route of a server",
        ),
        (
            Server::new().route(Lobby).route(Again),
            "the route `/chat/{name}` cannot be added: some paths would be of it and of `/chat/{room}`, and a path is of one route",
        ),
        (
            Server::new().route(Uncaptured),
            "the route `/rooms/{room}/{seat}` cannot be served: the path `/rooms/{room}/{seat}` captures `room`, for which \
             `params` has no field",
        ),
        (
            Server::new().route(Unread),
            "the route `/rooms/{chair}` cannot be served: `params` has the field `seat`, which the path `/rooms/{chair}` does \
             not capture",
        ),
        (
            Server::new().route(Underscored),
            "the route `/keys` cannot be served: `header` has the field `x_api_key`, which matches no header field: names are \
             in lower case with `-`, as in `#[serde(rename = \"x-api-key\")]`",
        ),
        (
            Server::new().route(MappedQuery),
            "the route `/mapped` cannot be served: its `query` cannot be checked: the schema of \
             `alloc::vec::Vec<alloc::string::String>`, as it arrives, cannot be used: it must be a struct with named fields, \
             without flattened enums",
        ),
        (
            Server::new().route(Confusing),
            "the route `/events` cannot be served: its `response` cannot be checked: the schema of \
             `attributes::start_up::Event`, as it leaves, cannot be used: a variant looks like the frame that reports an \
             error, `{\"type\": \"validation\" or \"error\", …}`: rename the variant, \
             or give the library's frames another tag with `reserved_tag = \"…\"`",
        ),
        (Server::new().max_header_bytes(100), "`max_header_bytes` cannot be 100: the least is 8192"),
        (Server::new().max_headers(0), "`max_headers` cannot be 0: every request has header fields"),
        (
            Server::new().handshake_timeout(Duration::ZERO),
            "`handshake_timeout` cannot be 0: no client can finish a handshake in no time",
        ),
        (
            Server::new().trusted_proxies(["10.0.0.1", "nginx"]),
            "`nginx` in `trusted_proxies` is neither an address nor a network such as `10.0.0.0/8`",
        ),
        (
            Server::new().latest_by_key("symbol"),
            "`latest_by_key` cannot be `symbol`: a JSON pointer begins with `/`, as in `/symbol`",
        ),
        (
            Server::new().route(Keyless),
            "the route `/keyless` cannot be served: `latest_by_key` is a place in JSON, and its `response` is text or bytes \
             as they are",
        ),
        (
            Server::new().route(Demanding),
            "the route `/unspoken` cannot be served: `require_protocol` needs something to require, and its contract has no \
             `protocols`",
        ),
        (Server::new().shards(0), "`shards` cannot be 0: every connection belongs to one"),
    ] {
        is_said(server, expected);
    }
}

/// An expected message that ends with a colon is a prefix.
fn is_said(server: Server, expected: &str) {
    let said = said(server);
    let message = said.strip_prefix("the server cannot be started; ").expect("what it is about");
    let whole = if expected.ends_with(": ") { message.starts_with(expected) } else { message == expected };
    assert!(whole, "{message}\nis not\n{expected}");
}

#[test]
fn a_type_that_cannot_be_served_is_said_with_the_way_out() {
    for (server, expected) in [
        (
            Server::new().route(LongNumbers),
            "the route `/long` cannot be served: its `body` cannot be checked: the schema of \
             `attributes::start_up::Huge`, as it arrives, cannot be used: JSON numbers of 128 bits are not read reliably: use \
             a string, or 64 bits",
        ),
        (
            Server::new().route(Doubling),
            "the route `/doubling` cannot be served: its `body` cannot be checked: the schema of \
             `attributes::start_up::Condition`, as it arrives, cannot be used: several untagged variants of `Condition` lead \
             back to it by the field `of`, so each level of a message would be read twice as often as the one above it: tag \
             the enum, as in `#[serde(tag = \"type\")]`, or give each variant its own field names",
        ),
        (
            Server::new().route(Twins),
            "the route `/shapes` cannot be served: its `response` cannot be checked: the schema of \
             `attributes::start_up::Shapes`, as it leaves, cannot be used: two different types of one module are called \
             `Shape`, and schemars takes them for one (types in the bodies of functions count as the module's): rename one, \
             as in `#[schemars(rename = \"OtherShape\")]`",
        ),
        (
            Server::new().route(Untaggable),
            "the route `/words` cannot be served: its `body` cannot be checked: the schema of `attributes::start_up::Words`, \
             as it arrives, cannot be used: serde cannot tag what the variant `Text` holds, so it can never be read: beside \
             `tag`, a variant holds named fields, as in `Text { text: String }`; or the content has a name too, as in \
             `content = \"data\"`",
        ),
        (
            Server::new().route(UntaggableAnswer),
            "the route `/counts` cannot be served: its `response` cannot be checked: the schema of \
             `attributes::start_up::Counts`, as it leaves, cannot be used: serde cannot tag what the variant `Level` holds, so \
             it can never be written: beside `tag`, a variant holds named fields, as in `Level { text: String }`; or the \
             content has a name too, as in `content = \"data\"`",
        ),
        (
            Server::new().route(PairKeys),
            "the route `/pairs` cannot be served: its `body` cannot be checked: the schema of \
             `alloc::collections::btree::map::BTreeMap<(u8, u8), alloc::string::String>`, as it arrives, cannot be used: the \
             keys of a map are not text: JSON has no others, so serde can neither read nor write it: use a list of pairs",
        ),
        (
            Server::new().route(BadPattern),
            "the route `/pattern` cannot be served: its `response` cannot be checked: the schema of \
             `attributes::start_up::Code`, as it leaves, cannot be used: ",
        ),
    ] {
        is_said(server, expected);
    }
}

#[test]
fn the_part_is_named_whose_type_cannot_be_checked() {
    for (server, path, part) in [
        (Server::new().route(NestedParams), "/nested/{inner}", "params"),
        (Server::new().route(NestedQuery), "/nested", "query"),
        (Server::new().route(NestedHeader), "/header", "header"),
        (Server::new().route(NestedCookie), "/cookie", "cookie"),
    ] {
        let expected = format!(
            "the server cannot be started; the route `{path}` cannot be served: its `{part}` cannot be checked: the schema of \
             `attributes::start_up::Nested`, as it arrives, cannot be used: `inner` is an object, which text cannot be: use a \
             string or a number"
        );
        assert_eq!(said(server), expected);
    }
}

#[test]
fn all_mistakes_are_said_at_once() {
    let server = Server::new().shards(0).route(Lobby).route(Again).route(Unread).route(LongNumbers);
    let said = said(server);
    assert_eq!(said.split("; ").count(), 5, "{said}");
    for part in ["`shards`", "`/chat/{name}`", "`/rooms/{chair}`", "`/long`"] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
}

#[tokio::test]
async fn a_server_without_mistakes_starts() {
    let server = Server::new().route(Fine).route(Lobby).route(Rest);
    let handle = server.handle();
    let listening = server.listen("127.0.0.1:0");
    let (listened, ()) = tokio::join!(listening, async { handle.shutdown() });
    listened.expect("nothing is wrong with it");
}
