//! Mistakes that the compiler cannot detect: the server reports all of them together, before it listens.

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

/// Returns the start-up error of a server. Polling once is enough, because the server reports the error before its
/// first wait.
pub(crate) fn start_error(server: Server) -> String {
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
fn server_does_not_start_with_options_out_of_range() {
    for (server, expected) in [
        (
            Server::new().route(Patient),
            "cannot serve the route `/patient`: `idle_timeout` cannot be that large: the maximum is one year",
        ),
        (
            Server::new().route(Roomy),
            "cannot serve the route `/roomy`: `backpressure_limit` cannot be that large: the maximum is 4294967295 bytes",
        ),
        (
            Server::new().route(Lazy),
            "cannot serve the route `/lazy`: `per_message_deflate(threshold)` cannot be that large: the maximum is 4294967295 bytes",
        ),
        (
            Server::new().close_timeout(Duration::MAX),
            "`close_timeout` cannot be that large: the maximum is one year",
        ),
    ] {
        assert_eq!(start_error(server), format!("the server cannot be started; {expected}"));
    }
}

#[test]
fn start_error_names_route_and_remedy() {
    for (server, expected) in [
        (
            Server::new().route(Lobby).route(Lobby),
            "the route `/chat/{room}` is added twice: a type can be only one route of a server",
        ),
        (
            Server::new().route(Lobby).route(Again),
            "the route `/chat/{name}` conflicts with `/chat/{room}`: some paths match both",
        ),
        (
            Server::new().route(Uncaptured),
            "cannot serve the route `/rooms/{room}/{seat}`: the path `/rooms/{room}/{seat}` captures `room`, but `params` \
             has no field of that name",
        ),
        (
            Server::new().route(Unread),
            "cannot serve the route `/rooms/{chair}`: `params` has the field `seat`, but the path `/rooms/{chair}` has no \
             capture of that name",
        ),
        (
            Server::new().route(Underscored),
            "cannot serve the route `/keys`: the field `x_api_key` of `header` is not a valid header name: write it in lower \
             case with `-`, as in `#[serde(rename = \"x-api-key\")]`",
        ),
        (
            Server::new().route(MappedQuery),
            "cannot serve the route `/mapped`: invalid `query`: the inbound schema of \
             `alloc::vec::Vec<alloc::string::String>` cannot be used: expected a struct with named fields and without \
             flattened enums",
        ),
        (
            Server::new().route(Confusing),
            "cannot serve the route `/events`: invalid `response`: the outbound schema of `attributes::start_up::Event` \
             cannot be used: a variant has the form of a frame of the library, `{\"type\": \"validation\", \
             \"error\" or \"expiring\", …}`: rename the variant, or set another tag for the library's frames with `reserved_tag = \"…\"`",
        ),
        (Server::new().max_header_bytes(100), "`max_header_bytes` cannot be 100: the minimum is 8192"),
        (Server::new().max_headers(0), "`max_headers` cannot be 0: every request has header fields"),
        (
            Server::new().handshake_timeout(Duration::ZERO),
            "`handshake_timeout` cannot be 0: every handshake would time out",
        ),
        (
            Server::new().trusted_proxies(["10.0.0.1", "nginx"]),
            "`nginx` in `trusted_proxies` is neither an address nor a network such as `10.0.0.0/8`",
        ),
        (
            Server::new().latest_by_key("symbol"),
            "`latest_by_key` cannot be `symbol`: a JSON pointer starts with `/`, as in `/symbol`",
        ),
        (
            Server::new().route(Keyless),
            "cannot serve the route `/keyless`: `latest_by_key` is set, but the `response` is not JSON",
        ),
        (
            Server::new().route(Demanding),
            "cannot serve the route `/unspoken`: `require_protocol` is set, but the contract has no `protocols`",
        ),
        (Server::new().shards(0), "`shards` cannot be 0: a server needs at least one shard"),
    ] {
        expect_start_error(server, expected);
    }
}

/// Asserts the errors of a server. An expected message that ends with a colon is compared as a prefix.
fn expect_start_error(server: Server, expected: &str) {
    let said = start_error(server);
    let message =
        said.strip_prefix("the server cannot be started; ").expect("the message starts with its subject");
    let whole = if expected.ends_with(": ") { message.starts_with(expected) } else { message == expected };
    assert!(whole, "{message}\nis not\n{expected}");
}

#[test]
fn start_error_names_unusable_type_and_remedy() {
    for (server, expected) in [
        (
            Server::new().route(LongNumbers),
            "cannot serve the route `/long`: invalid `body`: the inbound schema of `attributes::start_up::Huge` cannot be \
             used: 128-bit numbers lose precision in JSON: use a string, or 64 bits",
        ),
        (
            Server::new().route(Doubling),
            "cannot serve the route `/doubling`: invalid `body`: the inbound schema of `attributes::start_up::Condition` \
             cannot be used: several untagged variants of `Condition` contain it again in the field `of`, so the cost of \
             decoding doubles with each level: tag the enum, as in `#[serde(tag = \"type\")]`, or give each variant its own \
             field names",
        ),
        (
            Server::new().route(Twins),
            "cannot serve the route `/shapes`: invalid `response`: the outbound schema of `attributes::start_up::Shapes` \
             cannot be used: two different types of one module are named `Shape`, and schemars treats them as one (types \
             inside functions count as the module's): rename one, as in `#[schemars(rename = \"OtherShape\")]`",
        ),
        (
            Server::new().route(Untaggable),
            "cannot serve the route `/words`: invalid `body`: the inbound schema of `attributes::start_up::Words` cannot be \
             used: serde cannot tag the content of the variant `Text`, so it can never be read: use named fields, as in \
             `Text { text: String }`, or name the content, as in `content = \"data\"`",
        ),
        (
            Server::new().route(UntaggableAnswer),
            "cannot serve the route `/counts`: invalid `response`: the outbound schema of `attributes::start_up::Counts` \
             cannot be used: serde cannot tag the content of the variant `Level`, so it can never be written: use named \
             fields, as in `Level { text: String }`, or name the content, as in `content = \"data\"`",
        ),
        (
            Server::new().route(PairKeys),
            "cannot serve the route `/pairs`: invalid `body`: the inbound schema of \
             `alloc::collections::btree::map::BTreeMap<(u8, u8), alloc::string::String>` cannot be used: the keys of a map \
             are not strings, which JSON requires: use a list of pairs",
        ),
        (
            Server::new().route(BadPattern),
            "cannot serve the route `/pattern`: invalid `response`: the outbound schema of `attributes::start_up::Code` \
             cannot be used: ",
        ),
    ] {
        expect_start_error(server, expected);
    }
}

#[test]
fn start_error_names_the_part_of_the_type() {
    for (server, path, part) in [
        (Server::new().route(NestedParams), "/nested/{inner}", "params"),
        (Server::new().route(NestedQuery), "/nested", "query"),
        (Server::new().route(NestedHeader), "/header", "header"),
        (Server::new().route(NestedCookie), "/cookie", "cookie"),
    ] {
        let expected = format!(
            "the server cannot be started; cannot serve the route `{path}`: invalid `{part}`: the inbound schema of \
             `attributes::start_up::Nested` cannot be used: `inner` is an object, which cannot be read from text: use a \
             string or a number"
        );
        assert_eq!(start_error(server), expected);
    }
}

#[test]
fn start_errors_are_reported_together() {
    let server = Server::new().shards(0).route(Lobby).route(Again).route(Unread).route(LongNumbers);
    let said = start_error(server);
    assert_eq!(said.split("; ").count(), 5, "{said}");
    for part in ["`shards`", "`/chat/{name}`", "`/rooms/{chair}`", "`/long`"] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
}

#[tokio::test]
async fn server_without_mistakes_starts() {
    let server = Server::new().route(Fine).route(Lobby).route(Rest);
    let handle = server.handle();
    let listening = server.listen("127.0.0.1:0");
    let (listened, ()) = tokio::join!(listening, async { handle.shutdown() });
    listened.expect("nothing is wrong with it");
}
