//! Fair turns: even if one client sends expensive input, the network and other sockets are served in between.
//!
//! A witness task shares the only thread and runs each time after the runtime has polled the network. All events
//! between two runs of the witness belong to one turn.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use flate2::{Compress, Compression, FlushCompress};
use futures_core::Stream;
use serde::{Deserialize, Serialize};
use ws_runtime::{Endpoint, Error, Server, Socket, testing::Client, testing::Site, ws_route};

pub(crate) const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
pub(crate) const PING: u8 = 0x89;

/// Counts events, in total and in each turn.
#[derive(Clone, Default)]
pub(crate) struct Turns(Arc<Inner>);

#[derive(Default)]
struct Inner {
    looks: AtomicUsize,
    seen: Mutex<Seen>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    all: usize,
    most: usize,
    here: usize,
    look: usize,
}

impl Turns {
    pub(crate) fn note(&self) {
        let look = self.0.looks.load(Ordering::SeqCst);
        let mut seen = self.0.seen.lock().expect("no test panics while it holds this");
        if seen.look != look {
            (seen.look, seen.here) = (look, 0);
        }
        seen.here += 1;
        seen.all += 1;
        seen.most = seen.most.max(seen.here);
    }

    fn seen(&self) -> Seen {
        *self.0.seen.lock().expect("no test panics while it holds this")
    }

    /// Waits until this many events have happened, and returns the maximum number in one turn.
    pub(crate) async fn most_of(&self, all: usize) -> usize {
        while self.seen().all < all {
            tokio::task::yield_now().await;
            self.0.looks.fetch_add(1, Ordering::SeqCst);
        }
        self.seen().most
    }
}

/// Returns a client frame with a mask of zeros.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let mut frame = vec![first];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ ..=125), _) => frame.push(0x80 | length),
        (_, Ok(length)) => {
            frame.push(0xfe);
            frame.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            frame.push(0xff);
            frame.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(payload);
    frame
}

/// Returns the compressed payload of a message (RFC 7692 §7.2.1).
pub(crate) fn deflated(payload: &[u8]) -> Vec<u8> {
    let mut stream = Compress::new(Compression::best(), false);
    let mut out = Vec::with_capacity(payload.len() + 100);
    stream.compress_vec(payload, &mut out, FlushCompress::Sync).expect("compressing does not fail");
    assert!(out.ends_with(&[0, 0, 0xff, 0xff]));
    out.truncate(out.len() - 4);
    out
}

/// Returns an invalid message: an array of this many numbers and one string.
fn spoilt(numbers: usize) -> Vec<u8> {
    format!(r#"{{"type":"nums","n":[{}"x"]}}"#, "1,".repeat(numbers)).into_bytes()
}

/// This many numbers.
fn valid(numbers: usize) -> Vec<u8> {
    format!(r#"{{"type":"nums","n":[{}1]}}"#, "1,".repeat(numbers)).into_bytes()
}

/// A number, behind this many members of nine bytes that the type does not declare.
fn unknown(members: usize) -> Vec<u8> {
    let members: Vec<_> = (0..members).map(|name| format!(r#""{name:04}":1,"#)).collect();
    format!(r#"{{{}"type":"nums","n":[1]}}"#, members.concat()).into_bytes()
}

#[derive(Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Said {
    Nums { n: Vec<u64> },
}

macro_rules! routes {
    ($($name:ident, $path:literal, $body:ty;)*) => { $(
        struct $name(Turns);

        #[ws_route(
            $path,
            body = $body,
            response = $body,
            per_message_deflate,
            max_payload_length = "4MiB",
            backpressure_limit = off,
        )]
        impl $name {
            fn message(&self, body: $body) -> $body {
                self.0.note();
                body
            }

            fn ping(&self) {
                self.0.note();
            }

            fn error(&self, _error: Error) {
                self.0.note();
            }
        }
    )* };
}

routes! {
    Typed, "/typed", Said;
    Text, "/text", String;
}

pub(crate) async fn connect<E: Endpoint>(site: &Site, path: &str) -> Client<E> {
    let connect = site.connect::<E>(path).buffer(64 << 20).answering(false);
    connect.per_message_deflate(ws_runtime::Deflate::new()).await.expect("it is accepted")
}

/// Sends a message this many times at once, and returns how many were handled in one turn at most.
pub(crate) async fn most_in_a_turn<E: Endpoint>(
    site: &Site,
    turns: &Turns,
    path: &str,
    bytes: &[u8],
    times: usize,
) -> usize {
    let mut client = connect::<E>(site, path).await;
    client.send_raw(bytes.repeat(times)).await;
    turns.most_of(times).await
}

/// The number of messages in a turn depends on what each of them costs.
#[tokio::test(start_paused = true)]
async fn turns_are_bounded_by_work() {
    let fragments = [frame(0x01, b"a"), frame(0x00, b"b").repeat(62), frame(0x80, b"c")].concat();
    for (what, typed, bytes, times, most) in [
        ("short texts", false, frame(TEXT, &[b'x'; 32]), 5000, 1024),
        ("empty texts", false, frame(TEXT, b""), 5000, 1024),
        ("texts of 60 KB", false, frame(TEXT, &vec![b'x'; 60_000]), 200, 4),
        ("messages of 64 fragments", false, fragments, 500, 64),
        ("short valid messages", true, frame(TEXT, br#"{"type":"nums","n":[1]}"#), 5000, 1024),
        ("JSON of the wrong type", true, frame(TEXT, b"[]"), 2000, 64),
        ("text that is no JSON", true, frame(TEXT, b"x"), 2000, 64),
        ("the wrong kind of frame", true, frame(BINARY, b"x"), 5000, 1024),
        ("valid messages of 900 bytes", true, frame(TEXT, &valid(450)), 500, 42),
        ("unknown members of 1000 bytes", true, frame(TEXT, &unknown(110)), 500, 42),
        ("compressed valid messages of 900 bytes", true, frame(0xc1, &deflated(&valid(450))), 500, 42),
        ("a spoilt message of 8 KB", true, frame(TEXT, &spoilt(4000)), 50, 3),
        ("a spoilt message of 16 KB", true, frame(TEXT, &spoilt(8000)), 50, 2),
        ("compressed spaces of 64 KB", false, frame(0xc1, &deflated(&vec![b' '; 65_000])), 200, 1),
        ("a compressed spoilt message of 12 KB", true, frame(0xc1, &deflated(&spoilt(6000))), 50, 2),
        ("pings", true, frame(PING, b""), 5000, 1024),
    ] {
        let turns = Turns::default();
        let site = Site::start(Server::new().route(Typed(turns.clone())).route(Text(turns.clone())));
        let came = if typed {
            most_in_a_turn::<Typed>(&site, &turns, "/typed", &bytes, times).await
        } else {
            most_in_a_turn::<Text>(&site, &turns, "/text", &bytes, times).await
        };
        assert!(came <= most, "{what}: {came} in a turn");
        // Turns must not be too short either, because each turn has a fixed cost.
        assert!(came >= usize::div_ceil(most, 4), "{what}: only {came} in a turn");
    }
}

/// Several hostile clients get one turn each before others run.
#[tokio::test(start_paused = true)]
async fn turns_of_many_clients_are_counted_together() {
    let turns = Turns::default();
    let site = Site::start(Server::new().route(Typed(turns.clone())));
    let mut clients = Vec::new();
    for _ in 0..8 {
        clients.push(connect::<Typed>(&site, "/typed").await);
    }
    for client in &mut clients {
        client.send_raw(frame(TEXT, b"[]").repeat(500)).await;
    }
    let most = turns.most_of(8 * 500).await;
    assert!(most <= 8 * 64, "{most} between two looks at the network");
}

/// A message that costs more than a turn is decoded on another thread, while the thread of the sockets continues.
#[tokio::test(start_paused = true)]
async fn heavy_messages_do_not_block_other_sockets() {
    for (what, bytes) in [
        ("a spoilt message of 200 KB", frame(TEXT, &spoilt(100_000))),
        ("a compressed spoilt message of 200 KB", frame(0xc1, &deflated(&spoilt(100_000)))),
        ("a valid message of 40 KB", {
            let numbers = "1,".repeat(20_000);
            frame(TEXT, format!(r#"{{"type":"nums","n":[{numbers}1]}}"#).as_bytes())
        }),
    ] {
        let turns = Turns::default();
        let site = Site::start(Server::new().route(Typed(turns.clone())));
        let mut clients = Vec::new();
        for _ in 0..3 {
            clients.push(connect::<Typed>(&site, "/typed").await);
        }
        for client in &mut clients {
            client.send_raw(bytes.repeat(4)).await;
        }
        let most = turns.most_of(3 * 4).await;
        assert!(most <= 3, "{what}: {most} between two looks at the network");
    }
}

/// Yields this many items without waiting. If `nested` is set, each item is an empty stream.
struct Chatter {
    turns: Turns,
    left: usize,
}

impl Stream for Chatter {
    type Item = String;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<String>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        self.turns.note();
        Poll::Ready(Some("word".to_owned()))
    }
}

struct Nothing;

impl Stream for Nothing {
    type Item = String;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<String>> {
        Poll::Ready(None)
    }
}

struct Nested(Chatter);

impl Stream for Nested {
    type Item = Nothing;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Nothing>> {
        Pin::new(&mut self.0).poll_next(cx).map(|item| item.map(|_| Nothing))
    }
}

const ITEMS: usize = 5000;

struct Streams(Turns);

#[ws_route("/streams", body = String, response = String, backpressure_limit = off)]
impl Streams {
    fn message(&self, _: String) -> Chatter {
        Chatter { turns: self.0.clone(), left: ITEMS }
    }
}

struct Empty(Turns);

#[ws_route("/empty", body = String, response = String, backpressure_limit = off)]
impl Empty {
    fn message(&self, _: String) -> Nested {
        Nested(Chatter { turns: self.0.clone(), left: ITEMS })
    }
}

struct Feed(Turns);

#[ws_route("/feed", body = String, response = String, backpressure_limit = off)]
impl Feed {
    fn open(&self) -> Chatter {
        Chatter { turns: self.0.clone(), left: ITEMS }
    }

    fn message(&self, text: String) -> String {
        text
    }
}

struct EmptyFeed(Turns);

#[ws_route("/empty_feed", body = String, response = String, backpressure_limit = off)]
impl EmptyFeed {
    fn message(&self, text: String) -> String {
        text
    }

    fn open(&self) -> Nested {
        Nested(Chatter { turns: self.0.clone(), left: ITEMS })
    }
}

#[tokio::test(start_paused = true)]
async fn streams_that_never_wait_take_turns() {
    async fn most<E: Endpoint>(site: &Site, turns: &Turns, path: &str) -> usize {
        let mut client = connect::<E>(site, path).await;
        if turns.seen().all == 0 {
            client.send_raw(frame(TEXT, b"go")).await;
        }
        turns.most_of(ITEMS).await
    }
    for path in ["/streams", "/empty", "/feed", "/empty_feed"] {
        let turns = Turns::default();
        let server = Server::new().route(Streams(turns.clone())).route(Empty(turns.clone()));
        let server = server.route(Feed(turns.clone())).route(EmptyFeed(turns.clone()));
        let site = Site::start(server);
        let came = match path {
            "/streams" => most::<Streams>(&site, &turns, path).await,
            "/empty" => most::<Empty>(&site, &turns, path).await,
            "/feed" => most::<Feed>(&site, &turns, path).await,
            _ => most::<EmptyFeed>(&site, &turns, path).await,
        };
        assert!((256..=1024).contains(&came), "{path}: {came} in a turn");
    }
}

/// A route with long replies and long published messages.
struct Loud(Turns);

#[ws_route("/loud/{what}", body = String, response = String, per_message_deflate, backpressure_limit = off)]
impl Loud {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("all").unwrap();
    }

    fn message(&self, ws: &Socket<Self>, _: String) {
        self.0.note();
        let long = "what is said at length ".repeat(2500);
        match &*ws.params().what {
            "send" => drop(ws.send(&long)),
            "publish" => drop(ws.publish("all", &long)),
            _ => unreachable!("not in the table"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn compressing_replies_counts_as_work() {
    for (what, most) in [("send", 2), ("publish", 2)] {
        let turns = Turns::default();
        let site = Site::start(Server::new().route(Loud(turns.clone())));
        let path = format!("/loud/{what}");
        let _other = connect::<Loud>(&site, &path).await;
        let came = most_in_a_turn::<Loud>(&site, &turns, &path, &frame(TEXT, b"x"), 200).await;
        assert!(came <= most, "{what}: {came} in a turn");
    }
}
