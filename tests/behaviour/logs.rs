//! Log events: they are limited in number, cannot be forged, and contain no input of a peer.

use std::{
    fmt::{self, Write},
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::time::sleep;
use tracing::{
    Dispatch, Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::{DefaultGuard, set_default},
};
use ws_runtime::{
    BoxError, Bytes, Close, Error, Handshake, RawRequest, Reject, Server, Socket, testing::Site, ws_route,
};

use crate::{support::frame, turns};

/// Log events of this library on this thread, each with its level and fields.
#[derive(Clone, Default)]
pub(crate) struct Logged(Arc<Mutex<Vec<String>>>);

impl Logged {
    pub(crate) fn watch() -> (Self, DefaultGuard) {
        // With a single subscriber, tracing caches for all threads whether the first thread that reached an event had
        // it enabled. A second subscriber disables that cache.
        static SECOND: OnceLock<Dispatch> = OnceLock::new();
        SECOND.get_or_init(|| Dispatch::new(Self::default()));
        let watch = Self::default();
        (watch.clone(), set_default(watch))
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no test panics while it holds this"))
    }

    /// Returns the number of events of a level, including suppressed ones, and the number of lines.
    fn count(&self, level: Level) -> (u64, usize) {
        let lines: Vec<_> = self.take().into_iter().filter(|line| line.starts_with(level.as_str())).collect();
        let suppressed = |line: &String| {
            let (_, count) = line.split_once("suppressed=")?;
            count.split(' ').next()?.parse::<u64>().ok()
        };
        (lines.iter().map(|line| suppressed(line).unwrap_or(1)).sum(), lines.len())
    }
}

impl Subscriber for Logged {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() < Level::TRACE && metadata.target().starts_with("ws_runtime")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        struct Line(String);
        impl Visit for Line {
            fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
                write!(self.0, " {}={value:?}", field.name()).expect("a string takes all");
            }
        }
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().expect("no test panics while it holds this").push(line.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// A route that fails with the received text as its error.
struct Fails;

#[ws_route("/fails", body = String, response = Bid)]
impl Fails {
    fn message(&self, text: String) -> Result<(), String> {
        Err(text)
    }
}

/// A route that panics with the received text.
struct Panics;

#[ws_route("/panics", body = String, response = String)]
impl Panics {
    fn message(&self, text: String) {
        panic!("{text}")
    }
}

#[tokio::test(start_paused = true)]
async fn failed_messages_cannot_flood_the_log() {
    let (logged, _guard) = Logged::watch();
    let site = Site::start(Server::new().route(Fails).route(Panics));
    let mut client = site.connect::<Fails>("/fails").await.unwrap();
    for _ in 0..3 {
        for _ in 0..500 {
            client.send("no").await;
            client.next().await;
        }
        let (_, lines) = logged.count(Level::ERROR);
        assert_eq!(lines, 10, "so many a second");
        sleep(Duration::from_secs(2)).await;
        assert_eq!(logged.count(Level::ERROR), (490, 1), "the rest are counted and reported once");
        sleep(Duration::from_secs(10)).await;
        assert_eq!(logged.take(), [""; 0], "and not again");
    }
    // Each route has its own limit, which panics and errors share.
    for _ in 0..100 {
        client.send("no").await;
        client.next().await;
    }
    for _ in 0..25 {
        let mut client = site.connect::<Panics>("/panics").await.unwrap();
        client.send("no").await;
        assert_eq!(client.receive_close().await.0, Some(1011));
    }
    let lines = logged.take();
    for (route, most) in [("/fails", 10), ("/panics", 10)] {
        let of_route = lines.iter().filter(|line| line.contains(route) && line.starts_with("ERROR")).count();
        assert_eq!(of_route, most, "{route}");
    }
    // The end of the server reports the events that were suppressed and not reported yet.
    let handle = site.handle();
    handle.shutdown();
    handle.ended().await;
    assert_eq!(logged.count(Level::ERROR), (90 + 15, 2));
}

#[tokio::test(start_paused = true)]
async fn invalid_messages_cannot_flood_the_log() {
    struct Counts;
    #[ws_route("/counts", body = u32, response = u32)]
    impl Counts {
        fn message(&self, number: u32) -> u32 {
            number
        }
    }
    let (logged, _guard) = Logged::watch();
    let site = Site::start(Server::new().route(Counts));
    let mut client = site.connect::<Counts>("/counts").await.unwrap();
    for _ in 0..200 {
        client.send_raw(frame(0x81, "\"x\"")).await;
        client.next().await;
    }
    sleep(Duration::from_secs(2)).await;
    assert_eq!(logged.count(Level::DEBUG), (200, 11));
}

#[tokio::test(start_paused = true)]
async fn logged_text_cannot_forge_a_line() {
    let (logged, _guard) = Logged::watch();
    let site = Site::start(Server::new().route(Fails).route(Panics));
    for text in [
        "a\nERROR forged",
        "a\r\nERROR forged",
        "\u{1b}[2J\u{1b}[31mred",
        "\u{9b}2J",
        "a\u{0}b\u{7}c\u{7f}",
        "a\u{85}b\u{2028}c\u{2029}d",
        "\u{202e}desrever",
    ] {
        site.connect::<Fails>("/fails").await.unwrap().send(text).await;
        site.connect::<Panics>("/panics").await.unwrap().send(text).await;
        sleep(Duration::from_secs(2)).await;
        let lines = logged.take();
        assert_eq!(lines.iter().filter(|line| line.starts_with("ERROR")).count(), 2, "{text:?}: {lines:?}");
        for line in &lines {
            assert!(
                !line.contains(|c: char| c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c)),
                "{line:?}"
            );
        }
    }
    // A single long message cannot fill the log either: it is truncated.
    let long = "x".repeat(900_000);
    site.connect::<Fails>("/fails").await.unwrap().send(&long).await;
    site.settled().await;
    assert!(logged.take().iter().all(|line| line.len() < 2000));
}

#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
struct Bid {
    amount: u32,
}

#[derive(Debug)]
struct Wrapped(Error);

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("wrapped")
    }
}

impl std::error::Error for Wrapped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// However `error` passes the error of an invalid message on, it is not logged as a failure of the server.
#[tokio::test(start_paused = true)]
async fn invalid_message_passed_on_is_not_logged_as_error() {
    macro_rules! passes {
        ($name:ident, $path:literal, $result:ty, $error:ident => $passed:expr) => {
            struct $name;
            #[ws_route($path, body = Bid, response = Bid)]
            impl $name {
                fn message(&self, bid: Bid) -> Bid {
                    bid
                }

                fn error(&self, $error: Error) -> Result<(), $result> {
                    Err($passed)
                }
            }
        };
    }
    passes!(Plain, "/plain", Error, error => error);
    passes!(Boxed, "/boxed", BoxError, error => error.into());
    passes!(Around, "/around", Wrapped, error => Wrapped(error));
    passes!(Twice, "/twice", BoxError, error => Box::new(Wrapped(error)).into());
    passes!(Said, "/said", String, error => error.to_string());
    passes!(Inner, "/inner", BoxError, error => match error {
        Error::Invalid(invalid) => invalid.into(),
        other => other.into(),
    });
    let (logged, _guard) = Logged::watch();
    let routes = Server::new().route(Plain).route(Boxed).route(Around).route(Twice).route(Said).route(Inner);
    let site = Site::start(routes);
    macro_rules! check {
        ($($name:ident $path:literal),*) => {$(
            let mut client = site.connect::<$name>($path).await.unwrap();
            client.send_raw(frame(0x81, r#"{"amount":"hunter2"}"#)).await;
            client.next().await;
            let lines = logged.take();
            assert!(!lines.is_empty(), $path);
            // An error that was converted to text no longer shows whether the client caused it, so it may be a warning.
            let most = if $path == "/said" { Level::WARN } else { Level::DEBUG };
            let louder = |line: &&String| !line.starts_with("DEBUG") && !line.starts_with(most.as_str());
            assert!(!lines.iter().any(|line| louder(&line)), "{lines:?}");
        )*};
    }
    check!(Plain "/plain", Boxed "/boxed", Around "/around", Twice "/twice", Said "/said", Inner "/inner");
}

/// A route that parses JSON by hand and returns serde's error, whose text repeats the input.
struct ByHand;

#[ws_route("/by-hand", body = String, response = Bid)]
impl ByHand {
    fn message(&self, text: String) -> Result<(), BoxError> {
        serde_json::from_str::<Bid>(&text)?;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn text_of_serde_errors_is_logged_at_debug_only() {
    let (logged, _guard) = Logged::watch();
    let site = Site::start(Server::new().route(ByHand));
    let mut client = site.connect::<ByHand>("/by-hand").await.unwrap();
    for text in [r#"{"amount":"hunter2"}"#, r#"{"hunter2":1}"#, r#"{"amount":-1"#] {
        client.send(text).await;
        client.next().await;
        let lines = logged.take();
        let above = lines.iter().filter(|line| !line.starts_with("DEBUG")).collect::<Vec<_>>();
        assert!(!above.is_empty() && above.iter().all(|line| line.contains("category=")), "{lines:?}");
        assert!(!above.iter().any(|line| line.contains("hunter2")), "{above:?}");
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
struct Token {
    token: u32,
}

struct Secret;

#[ws_route("/secret/{room}", body = Bid, response = Bid, query = Token, header = Token, cookie = Token)]
impl Secret {
    fn transform(&self, request: &mut RawRequest) -> Result<(), Reject> {
        if request.headers().contains_key("x-refuse") { Err(Reject::status(401)) } else { Ok(()) }
    }

    fn before_handle(&self, handshake: &Handshake<Self>) -> Result<(), Reject> {
        if handshake.query().token == 0 { Err(Reject::status(403)) } else { Ok(()) }
    }

    fn message(&self, ws: &Socket<Self>, bid: Bid) -> Option<Close> {
        let _ = ws.send(&bid);
        (bid.amount == 0).then(|| Close::new(4000, "zero"))
    }
}

/// The log does not repeat input of a peer, however invalid it is.
#[tokio::test(start_paused = true)]
async fn log_contains_no_input_of_a_peer() {
    const SECRET: &str = "hunter2";
    let (logged, _guard) = Logged::watch();
    let site = Site::start(Server::new().route(Secret).max_payload_length(4096));
    for (query, header, cookie, refuse) in [
        (SECRET, "1", "token=1", false),
        ("1", SECRET, "token=1", false),
        ("1", "1", "token=hunter2", false),
        ("0", "1", "token=1", false),
        ("1", "1", "token=1", true),
    ] {
        let target = format!("/secret/{SECRET}?token={query}&{SECRET}={SECRET}");
        let mut connect = site.connect::<Secret>(&target).header("token", header).header("cookie", cookie);
        connect = connect.header("authorization", SECRET).protocols(&[SECRET]);
        if refuse {
            connect = connect.header("x-refuse", SECRET);
        }
        assert!(connect.await.is_err());
    }
    for message in [
        format!(r#"{{"amount":"{SECRET}"}}"#),
        format!(r#"{{"{SECRET}":1}}"#),
        format!(r#"{{"amount":1,"{SECRET}":1}}"#),
        format!(r#""{SECRET}""#),
        format!("{SECRET}{{"),
    ] {
        for first in [0x81, 0x82, 0x89, 0x8a] {
            let target = format!("/secret/{SECRET}?token=1");
            let connect = site.connect::<Secret>(&target).header("token", "1").header("cookie", "token=1");
            let mut client = connect.protocols(&[SECRET]).await.unwrap();
            client.send_raw(frame(first, &message)).await;
            client.send_raw(frame(0x88, [b"\x0f\xa0", SECRET.as_bytes()].concat())).await;
            site.settled().await;
            sleep(Duration::from_secs(2)).await;
        }
    }
    let lines = logged.take();
    assert!(lines.iter().any(|line| line.starts_with("DEBUG")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains(SECRET)), "{lines:?}");
}

/// A route that queues long messages for its client, and never handles one of its own.
struct Hoards;

#[ws_route("/hoards", body = Bytes, response = Bytes)]
impl Hoards {
    async fn open(&self, ws: &Socket<Self>) {
        let _ = ws.send(&Bytes::from(vec![7; 10_000]));
    }

    async fn message(&self, _: Bytes) {
        std::future::pending::<()>().await;
    }
}

/// Each socket that a total cuts off is in the log, or in the count of suppressed events.
#[tokio::test(start_paused = true)]
async fn sockets_past_a_total_are_all_logged() {
    for what in ["outbound", "inbound"] {
        for sockets in [3, 10, 40] {
            let (logged, _guard) = Logged::watch();
            let server = match what {
                "outbound" => Server::new().outbound_total(25_000),
                _ => Server::new().inbound_total(25_000),
            };
            let site = Site::start(server.route(Hoards));
            let mut clients = Vec::new();
            for _ in 0..sockets {
                let connect =
                    site.connect::<Hoards>("/hoards").buffer(if what == "outbound" { 64 } else { 1 << 20 });
                let mut client = connect.await.unwrap();
                if what == "inbound" {
                    let bytes = [frame(0x82, b"x"), turns::frame(0x82, &[7; 10_000])].concat();
                    client.send_raw(bytes).await;
                }
                site.settled().await;
                clients.push(client);
            }
            sleep(Duration::from_secs(2)).await;
            let (count, lines) = logged.count(Level::WARN);
            assert_eq!(count, sockets - 2, "{what}, {sockets} sockets");
            assert!(lines <= 11, "{what}, {sockets} sockets: {lines} lines");
        }
    }
}
