//! What one peer may make the server hold, do or wait for: each limit at its edge, and what is answered past it.

use std::{
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll},
    time::Duration,
};

use futures_core::Stream;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufStream},
    net::TcpStream,
    sync::watch,
    time::{sleep, timeout},
};
use ws_runtime::{Delivery, Listener, Message, Server, Socket, ws_route};

use crate::{
    peer::{BINARY, CLOSE, PING, PONG, Peer, TEXT, close, frame, soon},
    served::{Census, Served},
};

/// What comes in goes out, and everybody is in one room.
struct Echo {
    census: Census,
}

#[ws_route("/")]
impl Echo {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("room");
        self.census.opened();
    }

    fn message(&self, message: Message) -> Message {
        message
    }

    fn close(&self) {
        self.census.closed();
    }
}

async fn echo(limit: impl FnOnce(Server) -> Server) -> (Served, Census) {
    let census = Census::new();
    (Served::start(limit(Server::new()).route(Echo { census: census.clone() })).await, census)
}

/// Nothing is left of whoever was here, and a newcomer is served.
async fn end(served: Served, census: Census) {
    let mut fresh = Peer::open(served.address, "/").await;
    fresh.say("still there?").await;
    assert_eq!(fresh.text().await, "still there?");
    fresh.send(&close(1000)).await;
    assert_eq!(fresh.closed().await, Some(1000));
    census.empties().await;
    let channel = served.handle.route::<Echo>().expect("it is served");
    served.end().await;
    assert_eq!((channel.sockets().len(), channel.subscriber_count("room")), (0, 0));
}

/// The header of a masked frame that announces a length in 64 bits.
fn announced(first: u8, length: u64) -> Vec<u8> {
    let mut bytes = vec![first, 0xff];
    bytes.extend(length.to_be_bytes());
    bytes.extend([0; 4]);
    bytes
}

/// A message in fragments of these lengths.
fn fragments(lengths: &[usize]) -> Vec<u8> {
    let last = lengths.len() - 1;
    let first = |at: usize| (u8::from(at == 0) * 2) | (u8::from(at == last) << 7);
    lengths.iter().enumerate().flat_map(|(at, length)| frame(first(at), &vec![b'a'; *length])).collect()
}

#[tokio::test]
async fn a_message_of_the_limit_passes_and_one_byte_more_is_too_big() {
    const LIMIT: usize = 100_000;
    let (served, census) = echo(|server| server.max_payload_length(LIMIT)).await;
    for (what, bytes, passes) in [
        ("whole", frame(BINARY, &vec![b'a'; LIMIT]), true),
        ("whole, one more", frame(BINARY, &vec![b'a'; LIMIT + 1]), false),
        ("two halves", fragments(&[LIMIT / 2, LIMIT / 2]), true),
        ("two halves, one more", fragments(&[LIMIT / 2, LIMIT / 2 + 1]), false),
        ("large and small", fragments(&[LIMIT - 1, 1]), true),
        ("large and small, one more", fragments(&[LIMIT - 1, 2]), false),
        ("bytes", fragments(&vec![20; LIMIT / 20]), true),
        ("bytes, one more", fragments(&[vec![20; LIMIT / 20], vec![0, 1]].concat()), false),
        ("the limit, and nothing more", fragments(&[LIMIT, 0, 0]), true),
        ("announced alone", announced(BINARY, LIMIT as u64 + 1), false),
        (
            "announced in the end",
            [frame(0x02, &vec![0; LIMIT]), frame(0x80, b"a")[..6].to_vec()].concat(),
            false,
        ),
        ("2^32", announced(BINARY, 1 << 32), false),
        ("2^63 - 1", announced(BINARY, u64::MAX >> 1), false),
        ("2^63 - 1 behind a byte", [frame(0x02, b"a"), announced(0x80, u64::MAX >> 1)].concat(), false),
    ] {
        let mut peer = Peer::open(served.address, "/").await;
        peer.try_send(&bytes).await;
        if passes {
            let frame = peer.frame().await.unwrap_or_else(|| panic!("{what}: no echo"));
            assert_eq!((frame.first, frame.payload.len()), (BINARY, LIMIT), "{what}");
            assert!(frame.payload.iter().all(|byte| *byte == b'a'), "{what}");
        } else {
            assert_eq!(peer.close_code().await, 1009, "{what}");
        }
    }
    end(served, census).await;
}

#[tokio::test]
async fn fragments_without_end_are_not_listened_to_for_ever() {
    let (served, census) =
        echo(|server| server.max_fragments(100).fragment_timeout(Duration::from_millis(200))).await;
    for (what, bytes, code) in [
        ("as many as allowed", fragments(&[0; 100]), None),
        ("one more", fragments(&[0; 101]), Some(1008)),
        ("endless", [frame(0x01, b""), frame(0x00, b"").repeat(10_000)].concat(), Some(1008)),
        ("never finished", frame(0x01, b"a"), Some(1008)),
        ("never finished, with pings", [frame(0x01, b"a"), frame(PING, b"")].concat(), Some(1008)),
        ("half a header", vec![TEXT], Some(1008)),
        ("half a frame", frame(TEXT, b"hello")[..8].to_vec(), Some(1008)),
        ("half a large frame", frame(TEXT, &vec![b'a'; 80_000])[..70_000].to_vec(), Some(1008)),
        ("half a ping", frame(PING, b"hello")[..8].to_vec(), Some(1008)),
    ] {
        let mut peer = Peer::open(served.address, "/").await;
        peer.try_send(&bytes).await;
        match code {
            Some(code) => assert_eq!(peer.close_code().await, code, "{what}"),
            None => assert_eq!(peer.frame().await.expect("an echo").payload, b"", "{what}"),
        }
    }
    end(served, census).await;
}

/// A ping that arrived in two pieces was no message, and the next message has its own time.
#[tokio::test]
async fn a_control_frame_in_two_pieces_starts_no_clock() {
    let (served, census) = echo(|server| server.fragment_timeout(Duration::from_millis(300))).await;
    let mut peer = Peer::open(served.address, "/").await;
    for control in [PING, PONG] {
        let bytes = frame(control, b"hello");
        peer.send(&bytes[..7]).await;
        // What the server has read of it by then is part of the case: both are waited for, one by one.
        sleep(Duration::from_millis(50)).await;
        peer.send(&bytes[7..]).await;
        if control == PING {
            assert_eq!(peer.frame().await.expect("an answer").first, PONG);
        }
        sleep(Duration::from_millis(500)).await;
        peer.say("still there?").await;
        assert_eq!(peer.text().await, "still there?");
    }
    drop(peer);
    end(served, census).await;
}

/// Holds its handler until it is let go.
struct Held {
    census: Census,
    go: watch::Sender<bool>,
    handled: AtomicUsize,
    pings: AtomicUsize,
}

impl Held {
    fn new() -> Self {
        let (handled, pings) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { census: Census::new(), go: watch::Sender::new(false), handled, pings }
    }
}

#[ws_route("/held")]
impl Held {
    fn open(&self) {
        self.census.opened();
    }

    async fn message(&self, message: Message) -> Option<Message> {
        self.handled.fetch_add(1, Ordering::Relaxed);
        drop(self.go.subscribe().wait_for(|go| *go).await);
        (message.len() < 10).then_some(message)
    }

    fn ping(&self) {
        self.pings.fetch_add(1, Ordering::Relaxed);
    }

    fn close(&self) {
        self.census.closed();
    }
}

/// Writes until the server takes no more; how many bytes it took. `most` is what proves that it takes everything.
async fn fill(peer: &mut Peer, bytes: &[u8], most: usize) -> usize {
    let mut taken = 0;
    while taken < most {
        // Half a second without a byte of progress is what a full connection looks like from outside.
        match timeout(Duration::from_millis(500), peer.stream.write(&bytes[taken % bytes.len()..])).await {
            Ok(written) => taken += written.expect("the server keeps the connection"),
            Err(_) => break,
        }
    }
    taken
}

/// Frames that carry nothing cost memory too, so they fill what one peer may make the server hold.
#[tokio::test]
async fn empty_frames_are_held_back_like_any_others() {
    // What the two systems hold for a connection comes on top of what the server does.
    const MOST: usize = 48 << 20;
    for (what, first) in [("texts", TEXT), ("pings", PING)] {
        let route = Held::new();
        let (census, go) = (route.census.clone(), route.go.clone());
        let served = Served::start(Server::new().route(route)).await;
        let mut peer = Peer::open(served.address, "/held").await;
        peer.say("wait").await;
        let taken = fill(&mut peer, &frame(first, b"").repeat(10_000), MOST).await;
        assert!(taken < MOST, "{what}: nothing holds the peer back");
        go.send_replace(true);
        drop(peer);
        census.empties().await;
        served.end().await;
    }
}

/// While the server does not read, neither the idle clock nor that of an unfinished message goes on.
#[tokio::test]
async fn a_peer_that_is_held_back_is_not_blamed() {
    let route = Held::new();
    let (census, go) = (route.census.clone(), route.go.clone());
    let server = Server::new()
        .idle_timeout(Duration::from_millis(200))
        .send_pings(false)
        .fragment_timeout(Duration::from_millis(200));
    let served = Served::start(server.route(route)).await;
    let mut peer = Peer::open(served.address, "/held").await;
    peer.say("wait").await;
    // A length that divides no read, so that the reads end inside a message.
    let message = frame(TEXT, &[b'a'; 12_345]);
    let taken = fill(&mut peer, &message, 48 << 20).await;
    go.send_replace(true);
    let left = message.len() - taken % message.len();
    peer.send(&message[message.len() - left..]).await;
    peer.say("done").await;
    assert_eq!(peer.text().await, "wait");
    assert_eq!(peer.text().await, "done");
    drop(peer);
    census.empties().await;
    served.end().await;
}

/// Nor is that clock for a peer that reads slowly, which is why the server leaves its messages unread.
#[tokio::test]
async fn a_peer_that_reads_slowly_has_the_time_of_an_idle_one() {
    let route = Held::new();
    let census = route.census.clone();
    route.go.send_replace(true);
    let server = Server::new()
        .idle_timeout(Duration::ZERO)
        .fragment_timeout(Duration::from_millis(400))
        .backpressure_limit(256 << 10);
    let served = Served::start(server.route(route)).await;
    let mut peer = Peer::open(served.address, "/held").await;
    census.reaches(1).await;
    let socket = served.handle.route::<Held>().expect("it is served").sockets().remove(0);
    while socket.send_raw(vec![0; 64 << 10]) != Delivery::Dropped {}
    let message = frame(TEXT, &[b'a'; 12_345]);
    let taken = fill(&mut peer, &message, 48 << 20).await;
    // Longer than the clock, and nothing is read on either side.
    sleep(Duration::from_millis(800)).await;
    let rest = [&message[taken % message.len()..], &frame(TEXT, b"done")].concat();
    let (reader, mut writer) = peer.stream.into_split();
    let writing = tokio::spawn(async move {
        writer.write_all(&rest).await.expect("the server reads");
        writer
    });
    let mut reader = BufStream::new(tokio::io::join(reader, tokio::io::sink()));
    let mut last = [0; 4];
    while last != *b"done" {
        let byte = soon(reader.read_u8()).await.expect("the answer comes before the end");
        last = [last[1], last[2], last[3], byte];
    }
    drop((soon(writing).await, reader, socket));
    census.empties().await;
    served.end().await;
}

#[tokio::test]
async fn too_many_frames_a_second_are_refused_whatever_their_size() {
    let (served, census) = echo(|server| server.rate_limit(20)).await;
    for (what, bytes) in [
        ("small", frame(BINARY, b"a").repeat(100)),
        ("pings", frame(PING, b"").repeat(100)),
        ("pongs", frame(PONG, b"").repeat(100)),
        ("large", frame(BINARY, &vec![b'a'; 70_000]).repeat(100)),
    ] {
        let mut peer = Peer::open(served.address, "/").await;
        peer.try_send(&bytes).await;
        assert_eq!(peer.close_code().await, 1008, "{what}");
    }
    let mut peer = Peer::open(served.address, "/").await;
    for _ in 0..20 {
        peer.say("a").await;
        assert_eq!(peer.text().await, "a");
    }
    drop(peer);
    sleep(Duration::from_secs(1)).await;
    end(served, census).await;
}

/// A number; anything else is invalid.
struct Number {
    census: Census,
}

#[ws_route("/number", body = u8, response = u8, max_invalid = 3)]
impl Number {
    fn open(&self) {
        self.census.opened();
    }

    fn message(&self, number: u8) -> u8 {
        number
    }

    fn close(&self) {
        self.census.closed();
    }
}

#[tokio::test]
async fn invalid_messages_in_a_row_are_counted() {
    let census = Census::new();
    let served = Served::start(Server::new().route(Number { census: census.clone() })).await;
    let mut peer = Peer::open(served.address, "/number").await;
    for _ in 0..3 {
        for wrong in ["", "256", "one"] {
            peer.say(wrong).await;
            assert!(peer.text().await.contains("validation"));
        }
        peer.say("7").await;
        assert_eq!(peer.text().await, "7");
    }
    for wrong in ["-1", "1.5", "[]", "{}"] {
        peer.say(wrong).await;
    }
    assert_eq!(peer.close_code().await, 1008);
    drop(peer);
    census.empties().await;
    served.end().await;
}

/// Floods of pings, read or not, are answered as far as the peer reads, and cost nobody else anything.
#[tokio::test]
async fn a_ping_flood_is_the_flooders_alone() {
    let (served, census) = echo(|server| server).await;
    let flood = frame(PING, &[b'p'; 125]).repeat(20_000);
    let mut deaf = Peer::open(served.address, "/").await;
    let mut other = Peer::open(served.address, "/").await;
    deaf.send(&flood).await;
    other.say("hello").await;
    assert_eq!(other.text().await, "hello");
    // Whoever reads gets the answers, in their order, and then the message's.
    let mut reads = Peer::open(served.address, "/").await;
    for round in 0..50 {
        reads.send(&frame(PING, &[round; 125]).repeat(100)).await;
        for _ in 0..100 {
            let frame = reads.frame().await.expect("a pong");
            assert_eq!((frame.first, frame.payload), (PONG, vec![round; 125]));
        }
    }
    drop((deaf, reads, other));
    end(served, census).await;
}

/// One that never reads misses messages; everybody else gets all of them, in order.
#[tokio::test]
async fn who_never_reads_costs_the_others_nothing() {
    const LIMIT: usize = 1 << 20;
    let (served, census) = echo(|server| {
        server.backpressure_limit(LIMIT).idle_timeout(Duration::ZERO).close_timeout(Duration::from_secs(1))
    })
    .await;
    let deaf = Peer::open(served.address, "/").await;
    census.reaches(1).await;
    let mut reads = Peer::open(served.address, "/").await;
    census.reaches(2).await;
    let channel = served.handle.route::<Echo>().expect("it is served");
    let mut dropped = 0;
    for number in 0..600_u32 {
        let mut message = vec![b'x'; 32 * 1024];
        message[..4].copy_from_slice(&number.to_be_bytes());
        let published = channel.publish("room", message.as_slice());
        dropped += published.dropped;
        let frame = reads.frame().await.expect("it reads");
        assert_eq!(frame.payload[..4], number.to_be_bytes());
    }
    assert!(dropped > 0, "all was queued");
    for socket in channel.sockets() {
        assert!(socket.buffered_amount() <= LIMIT + (64 << 10), "{}", socket.buffered_amount());
    }
    drop((deaf, reads));
    end(served, census).await;
}

/// Whether it reads or not: whoever breaks the rules is gone after the time of a closing handshake.
#[tokio::test]
async fn who_never_reads_and_breaks_the_rules_is_cut_off() {
    let census = Census::new();
    let server = Server::new()
        .backpressure_limit(1 << 20)
        .idle_timeout(Duration::ZERO)
        .close_timeout(Duration::from_millis(200))
        .route(Echo { census: census.clone() });
    let served = Served::start(server).await;
    let mut peer = Peer::open(served.address, "/").await;
    census.reaches(1).await;
    let channel = served.handle.route::<Echo>().expect("it is served");
    while channel.publish("room", vec![b'x'; 64 * 1024].as_slice()).dropped == 0 {}
    peer.send(&[frame(TEXT, b"hello"), frame(0x83, b"")].concat()).await;
    census.empties().await;
    drop(peer);
    end(served, census).await;
}

/// Says more than anybody can read, and never waits for anything.
struct Endless {
    census: Census,
}

struct Numbers(u32);

impl Stream for Numbers {
    type Item = String;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<String>> {
        self.0 = self.0.wrapping_add(1);
        Poll::Ready(Some(self.0.to_string()))
    }
}

#[ws_route("/endless", response = String)]
impl Endless {
    fn open(&self) -> Option<Numbers> {
        self.census.opened();
        None
    }

    fn message(&self, message: Message) -> Numbers {
        drop(message);
        Numbers(0)
    }

    fn close(&self) {
        self.census.closed();
    }
}

/// The same from `open`, beside which messages are handled.
struct Feed {
    census: Census,
}

#[ws_route("/feed", response = String)]
impl Feed {
    fn open(&self) -> Numbers {
        self.census.opened();
        Numbers(0)
    }

    fn message(&self, ws: &Socket<Self>, message: Message) {
        drop(message);
        // The peer of the test says nothing to a close frame.
        ws.terminate();
    }

    fn close(&self) {
        self.census.closed();
    }
}

/// The server is one thread here: a stream that never waits, and that is read as fast as it is written, may keep neither its
/// own connection's input nor others waiting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_never_waits_leaves_others_their_turn() {
    let census = Census::new();
    let (endless, feed) = (Endless { census: census.clone() }, Feed { census: census.clone() });
    let echo = Echo { census: census.clone() };
    let served = Served::start(Server::new().route(endless).route(feed).route(echo)).await;
    for (path, last_word) in [("/endless", close(1000)), ("/feed", frame(TEXT, b"enough"))] {
        let mut peer = Peer::open(served.address, path).await;
        if path == "/endless" {
            peer.say("go").await;
        }
        let (mut reader, mut writer) = peer.stream.into_split();
        let reading = tokio::spawn(async move { tokio::io::copy(&mut reader, &mut tokio::io::sink()).await });
        let mut other = Peer::open(served.address, "/").await;
        other.say("hello").await;
        assert_eq!(other.text().await, "hello");
        writer.write_all(&last_word).await.expect("the server reads");
        // The end comes though there is more to say.
        let count = soon(reading).await.expect("it only counts").expect("the end is a good one");
        assert!(count > 0, "{path}");
        drop(other);
    }
    census.empties().await;
    served.end().await;
}

/// An idle peer is closed once, also where the closing handshake has no limit.
#[tokio::test]
async fn an_idle_peer_is_told_even_if_it_may_take_for_ever() {
    let (served, census) = echo(|server| {
        server.idle_timeout(Duration::from_millis(100)).send_pings(false).close_timeout(Duration::ZERO)
    })
    .await;
    let mut idle = Peer::open(served.address, "/").await;
    assert_eq!(idle.close_code().await, 1001);
    let mut other = Peer::open(served.address, "/").await;
    other.say("hello").await;
    assert_eq!(other.text().await, "hello");
    drop((idle, other));
    end(served, census).await;
}

/// A server whose streams keep what they take until they are flushed, as those of TLS may.
struct Buffered(tokio::net::TcpListener);

impl Listener for Buffered {
    type Io = BufStream<TcpStream>;

    async fn accept(&mut self) -> std::io::Result<(Self::Io, std::net::SocketAddr)> {
        let (stream, address) = tokio::net::TcpListener::accept(&self.0).await?;
        Ok((BufStream::new(stream), address))
    }
}

#[tokio::test]
async fn a_stream_with_a_buffer_of_its_own_is_flushed() {
    let census = Census::new();
    let server = Server::new().route(Echo { census: census.clone() });
    let served = Served::over(server, Buffered).await;
    let mut peer = Peer::open(served.address, "/").await;
    census.reaches(1).await;
    peer.say("hello").await;
    assert_eq!(peer.text().await, "hello");
    let channel = served.handle.route::<Echo>().expect("it is served");
    for _ in 0..10 {
        assert_eq!(channel.publish("room", "news").receivers, 1);
        assert_eq!(peer.text().await, "news");
    }
    peer.send(&close(1000)).await;
    assert_eq!(peer.closed().await, Some(1000));
    census.empties().await;
    served.end().await;
}

/// A shutdown among peers of whom some answer its close frame, some read it and say nothing, and some do not even read.
#[tokio::test]
async fn a_shutdown_does_not_wait_for_those_who_never_answer() {
    const PEERS: usize = 200;
    let (served, census) = echo(|server| server.close_timeout(Duration::from_millis(300))).await;
    let mut peers = Vec::new();
    for _ in 0..PEERS {
        peers.push(Peer::open(served.address, "/").await);
    }
    census.reaches(PEERS).await;
    let channel = served.handle.route::<Echo>().expect("it is served");
    assert_eq!((channel.sockets().len(), channel.subscriber_count("room")), (PEERS, PEERS));
    served.handle.shutdown();
    for (at, peer) in peers.iter_mut().enumerate().filter(|(at, _)| at % 4 != 0) {
        let frame = peer.frame().await.expect("everybody is told");
        assert_eq!((frame.first, &frame.payload[..2]), (CLOSE, &1001_u16.to_be_bytes()[..]));
        if at % 2 == 0 {
            peer.send(&close(1001)).await;
            assert_eq!(peer.frame().await, None);
        }
    }
    served.end().await;
    soon(census.empties()).await;
    assert_eq!((channel.sockets().len(), channel.subscriber_count("room")), (0, 0));
}
