//! The limit on memory for inbound messages of all clients. If it is exceeded, the sockets that hold most are closed,
//! and no other is affected.

use std::sync::{Arc, Mutex};

use tokio::sync::Semaphore;
use ws_runtime::{
    Bytes, Closed, Endpoint, Server,
    testing::{Client, Event, Site},
    ws_route,
};

use crate::{
    support::Journal,
    turns::{connect, deflated, frame},
};

const KIB: usize = 1024;
const BINARY: u8 = 0x82;
const LIMIT: usize = 300 * KIB;
const GONE: &str = "1013 \"inbound memory limit exceeded\" by Local, not clean";

/// Replies with the length of each message once the handler is released.
struct Gate {
    gate: Arc<Semaphore>,
    journal: Journal,
}

#[ws_route("/gate", body = Bytes, response = String, per_message_deflate)]
impl Gate {
    async fn message(&self, bytes: Bytes) -> String {
        self.gate.acquire().await.expect("it stays open").forget();
        bytes.len().to_string()
    }

    fn close(&self, closed: Closed) {
        self.journal.note_end(&closed);
    }
}

struct Gated {
    site: Site,
    gate: Arc<Semaphore>,
    journal: Journal,
}

impl Gated {
    fn start(server: Server) -> Self {
        let (gate, journal) = (Arc::new(Semaphore::new(0)), Journal::default());
        let route = Gate { gate: Arc::clone(&gate), journal: journal.clone() };
        Self { site: Site::start(server.route(route)), gate, journal }
    }

    /// Connects a client that sends these bytes.
    async fn sender(&self, bytes: &[u8]) -> Client<Gate> {
        let mut client = connect::<Gate>(&self.site, "/gate").await;
        client.send_raw(bytes).await;
        self.site.settled().await;
        client
    }

    /// Releases every waiting handler.
    fn open(&self) {
        self.gate.add_permits(1 << 20);
    }
}

/// Returns a message of this many KiB.
fn large(kib: usize) -> Vec<u8> {
    frame(BINARY, &vec![7; kib * KIB])
}

/// Returns the first half of a frame of this many bytes.
fn half(length: usize) -> Vec<u8> {
    let whole = frame(BINARY, &vec![7; length]);
    whole[..whole.len() - length / 2].to_vec()
}

/// Returns a short message, which occupies the handler, followed by input that waits behind it.
fn behind_one(waiting: &[u8]) -> Vec<u8> {
    [&frame(BINARY, b"first"), waiting].concat()
}

/// Returns random bytes, which are incompressible.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

async fn expect_gone<E: Endpoint>(mut client: Client<E>) {
    loop {
        match client.next().await {
            Event::Close(code, reason) => {
                assert_eq!((code, reason.as_str()), (Some(1013), "inbound memory limit exceeded"));
                return;
            }
            Event::End => panic!("no close frame"),
            _ => {}
        }
    }
}

/// For each kind of held memory, the socket that holds most is closed, and the others lose no message.
#[tokio::test(start_paused = true)]
async fn largest_holders_are_closed_over_the_inbound_total() {
    let fragment = || frame(0x01, &vec![b'x'; 100 * KIB]);
    let compressed = deflated(&noise(30 * KIB));
    let of_each_kind: [(&str, Vec<u8>); 8] = [
        ("messages that wait", behind_one(&large(12).repeat(10))),
        ("tiny messages that wait", behind_one(&frame(BINARY, b"").repeat(1500))),
        ("one large message that waits", behind_one(&large(150))),
        ("compressed messages that wait", behind_one(&frame(0xc2, &compressed).repeat(4))),
        ("half a frame", half(200 * KIB)),
        ("a first fragment", fragment()),
        ("a compressed first fragment", frame(0x42, &deflated(&noise(120 * KIB)))),
        ("fragments", [fragment(), frame(0x00, &[b'x'; 100]).repeat(100)].concat()),
    ];
    for (what, bytes) in of_each_kind {
        let gated = Gated::start(Server::new().inbound_total(LIMIT));
        let mut innocent = gated.sender(&frame(BINARY, b"hello")).await;
        let mut smaller = vec![gated.sender(&behind_one(&large(60))).await];
        let before = gated.site.held_memory();
        assert!((60 * KIB..61 * KIB).contains(&before), "{what}: {before}");
        let largest = gated.sender(&bytes).await;
        let held = gated.site.held_memory() - before;
        assert!((95 * KIB..230 * KIB).contains(&held), "{what}: {held}");
        for _ in 0..4 {
            smaller.push(gated.sender(&behind_one(&large(50))).await);
            assert!(gated.site.held_memory() <= LIMIT, "{what}");
        }
        let left = gated.site.held_memory();
        assert!((260 * KIB..262 * KIB).contains(&left), "{what}: {left}");
        expect_gone(largest).await;
        innocent.send_raw(frame(BINARY, b"again")).await;
        gated.open();
        for length in ["5", "5"] {
            assert_eq!(innocent.receive().await, length, "{what}");
        }
        for (at, client) in smaller.iter_mut().enumerate() {
            for length in [5, if at == 0 { 60 * KIB } else { 50 * KIB }] {
                assert_eq!(client.receive().await, length.to_string(), "{what}");
            }
        }
        assert_eq!(gated.site.held_memory(), 0, "{what}: all is handled");
        assert_eq!(gated.journal.take(), [GONE], "{what}");
    }
}

/// A single socket that exceeds the limit is itself the largest holder.
#[tokio::test(start_paused = true)]
async fn single_socket_over_the_inbound_total_is_closed() {
    let gated = Gated::start(Server::new().inbound_total(LIMIT));
    let mut innocent = gated.sender(&behind_one(&large(60))).await;
    expect_gone(gated.sender(&half(301 * KIB)).await).await;
    expect_gone(gated.sender(&behind_one(&large(4).repeat(100))).await).await;
    gated.open();
    for length in ["5", "61440"] {
        assert_eq!(innocent.receive().await, length);
    }
}

/// The socket that exceeds the limit stays open if another socket holds more.
#[tokio::test(start_paused = true)]
async fn largest_holder_is_closed_instead_of_the_latest() {
    let gated = Gated::start(Server::new().inbound_total(LIMIT));
    let mut clients = Vec::new();
    for held in [70, 20, 60, 80, 10, 50] {
        clients.push((held, gated.sender(&behind_one(&large(held))).await));
    }
    // The clients hold 290 KiB at this point.
    let mut last = gated.sender(&half(78 * KIB)).await;
    last.send_raw(large(78).split_off(78 * KIB / 2 + 14)).await;
    gated.site.settled().await;
    let held = gated.site.held_memory();
    assert!(held <= LIMIT, "{held}");
    gated.open();
    for (held, mut client) in clients {
        if held == 80 {
            expect_gone(client).await;
        } else {
            for length in [5, held * KIB] {
                assert_eq!(client.receive().await, length.to_string());
            }
        }
    }
    assert_eq!(last.receive().await, (78 * KIB).to_string());
}

/// Memory of messages that were handled, refused or lost is no longer counted.
#[tokio::test(start_paused = true)]
async fn total_falls_when_held_bytes_are_freed() {
    let gated = Gated::start(Server::new().inbound_total(LIMIT));
    let waiting = behind_one(&large(50).repeat(4));
    let mut client = gated.sender(&waiting).await;
    for left in (0..4).rev() {
        let held = gated.site.held_memory();
        assert!(((left + 1) * 50 * KIB..(left + 1) * 50 * KIB + KIB).contains(&held), "{held}");
        gated.gate.add_permits(1);
        client.receive().await;
        gated.site.settled().await;
    }
    assert_eq!(gated.site.held_memory(), 0);
    gated.open();
    for _ in 0..20 {
        // Two of these together would exceed the limit.
        let gone = gated.sender(&half(200 * KIB)).await;
        assert!(gated.site.held_memory() >= 200 * KIB);
        drop(gone);
        gated.site.settled().await;
        assert_eq!(gated.site.held_memory(), 0);
    }
    // After a protocol violation the unfinished message is no longer counted.
    let _broken = gated.sender(&[frame(0x02, &vec![7; 200 * KIB]), frame(BINARY, b"x")].concat()).await;
    assert_eq!(gated.site.held_memory(), 0);
}

/// The socket of a running handler is closed at once. `close` runs after the handler has returned.
#[tokio::test(start_paused = true)]
async fn closed_holder_is_notified_while_its_handler_runs() {
    let gated = Gated::start(Server::new().inbound_total(LIMIT));
    let largest = gated.sender(&behind_one(&large(200))).await;
    let other = gated.sender(&behind_one(&large(150))).await;
    expect_gone(largest).await;
    assert!(gated.journal.take().is_empty(), "its handler has not returned");
    gated.open();
    gated.site.settled().await;
    assert_eq!(gated.journal.take(), [GONE]);
    drop(other);
}

/// A message that waits for a decoding thread is counted. If its socket is closed, the message is dropped without being
/// decoded.
#[tokio::test(start_paused = true)]
#[expect(clippy::await_holding_lock, reason = "it is what keeps another thread busy")]
async fn messages_waiting_for_decoding_count_as_held() {
    static BUSY: Mutex<()> = Mutex::new(());

    /// A message whose decoding waits while the test holds `BUSY`.
    #[derive(schemars::JsonSchema, serde::Deserialize)]
    #[serde(from = "String")]
    #[schemars(with = "String")]
    struct Slow(usize);

    impl From<String> for Slow {
        fn from(text: String) -> Self {
            drop(BUSY.lock().expect("no test panics while it holds this"));
            Self(text.len())
        }
    }

    struct Long;
    #[ws_route("/long", body = Slow, response = String)]
    impl Long {
        fn message(&self, Slow(length): Slow) -> String {
            length.to_string()
        }
    }

    /// Yields until this much memory is held. The clock does not advance while a decoding thread is busy.
    async fn until_held(site: &Site, is_reached: impl Fn(usize) -> bool) {
        for _ in 0..10_000 {
            if is_reached(site.held_memory()) {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("{} bytes are held", site.held_memory());
    }

    let site = Site::start(Server::new().inbound_total(LIMIT).route(Long));
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(connect::<Long>(&site, "/long").await);
    }
    let busy = BUSY.lock().expect("no test panics while it holds this");
    let mut held = 0;
    // The first message occupies the only decoding thread.
    for (client, length) in clients.iter_mut().zip([100 * KIB, 130 * KIB, 60 * KIB]) {
        client.send_raw(frame(0x81, format!("{:?}", "x".repeat(length)).as_bytes())).await;
        held += length;
        until_held(&site, |now| now >= held).await;
    }
    let mut last = connect::<Long>(&site, "/long").await;
    last.send_raw(half(20 * KIB)).await;
    until_held(&site, |now| now < held).await;
    let (gone, kept) = (clients.remove(1), clients);
    expect_gone(gone).await;
    drop(busy);
    for (mut client, length) in kept.into_iter().zip([100 * KIB, 60 * KIB]) {
        assert_eq!(client.receive().await, length.to_string());
    }
    site.settled().await;
    assert_eq!(site.held_memory(), 20 * KIB / 2 + 4 + 4);
}

#[tokio::test(start_paused = true)]
async fn default_or_disabled_inbound_total_closes_no_socket() {
    for server in [Server::new().inbound_total(None), Server::new()] {
        let gated = Gated::start(server);
        let mut clients = Vec::new();
        for _ in 0..20 {
            clients.push(gated.sender(&behind_one(&large(900))).await);
        }
        gated.open();
        for client in &mut clients {
            for length in [5, 900 * KIB] {
                assert_eq!(client.receive().await, length.to_string());
            }
        }
    }
}
