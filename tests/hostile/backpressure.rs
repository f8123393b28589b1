//! Peers under backpressure, peers that never read, and peers that read as fast as possible: each uses bounded
//! resources of the server and does not affect others.

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
    echo::{Echo, echo, end},
    peer::{PING, PONG, Peer, TEXT, close, frame, soon},
    served::{Census, Served},
};

/// A route that blocks its handler until the test releases it.
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

/// Writes until the server stops reading, and returns the number of bytes. If that is `most`, the server reads without
/// a limit.
async fn fill(peer: &mut Peer, bytes: &[u8], most: usize) -> usize {
    let mut taken = 0;
    while taken < most {
        // The connection is full if nothing is written for half a second.
        match timeout(Duration::from_millis(500), peer.stream.write(&bytes[taken % bytes.len()..])).await {
            Ok(written) => taken += written.expect("the server keeps the connection"),
            Err(_) => break,
        }
    }
    taken
}

/// Empty frames count toward the limit, because each uses memory.
#[tokio::test]
async fn empty_frames_count_toward_the_limit() {
    // The limit includes what the buffers of both kernels take.
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

/// The idle timeout and the fragment timeout are suspended while the server does not read.
#[tokio::test]
async fn peer_under_backpressure_is_not_closed() {
    let route = Held::new();
    let (census, go) = (route.census.clone(), route.go.clone());
    let server = Server::new()
        .idle_timeout(Duration::from_millis(200))
        .ping_interval(None)
        .fragment_timeout(Duration::from_millis(200));
    let served = Served::start(server.route(route)).await;
    let mut peer = Peer::open(served.address, "/held").await;
    peer.say("wait").await;
    // The length does not divide the read size, so that reads end inside a message.
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

/// The fragment timeout is also suspended while the server does not read because its client reads slowly.
#[tokio::test]
async fn slow_reader_is_not_closed_at_the_fragment_timeout() {
    let route = Held::new();
    let census = route.census.clone();
    route.go.send_replace(true);
    let server = Server::new()
        .idle_timeout(None)
        .fragment_timeout(Duration::from_millis(400))
        .backpressure_limit(256 << 10);
    let served = Served::start(server.route(route)).await;
    let mut peer = Peer::open(served.address, "/held").await;
    census.reaches(1).await;
    let socket = served.handle.channel::<Held>().expect("the route is served").sockets().remove(0);
    while socket.send_raw(vec![0; 64 << 10]) != Delivery::Dropped {}
    let message = frame(TEXT, &[b'a'; 12_345]);
    let taken = fill(&mut peer, &message, 48 << 20).await;
    // Neither side reads for longer than the fragment timeout.
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
        let byte = soon(reader.read_u8()).await.expect("the reply arrives before the end");
        last = [last[1], last[2], last[3], byte];
    }
    drop((soon(writing).await, reader, socket));
    census.empties().await;
    served.end().await;
}

/// The server answers a flood of pings only as fast as the peer reads. Other sockets are not affected.
#[tokio::test]
async fn ping_flood_affects_only_its_sender() {
    let (served, census) = echo(|server| server).await;
    let flood = frame(PING, &[b'p'; 125]).repeat(20_000);
    let mut deaf = Peer::open(served.address, "/").await;
    let mut other = Peer::open(served.address, "/").await;
    deaf.send(&flood).await;
    other.say("hello").await;
    assert_eq!(other.text().await, "hello");
    // A peer that reads receives the pongs in order, then the reply to its message.
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

/// A peer that never reads misses messages. All other peers receive every message in order.
#[tokio::test]
async fn peer_that_never_reads_does_not_affect_others() {
    const LIMIT: usize = 1 << 20;
    let (served, census) = echo(|server| {
        server.backpressure_limit(LIMIT).idle_timeout(None).close_timeout(Duration::from_secs(1))
    })
    .await;
    let deaf = Peer::open(served.address, "/").await;
    census.reaches(1).await;
    let mut reads = Peer::open(served.address, "/").await;
    census.reaches(2).await;
    let channel = served.handle.channel::<Echo>().expect("the route is served");
    let mut dropped = 0;
    for number in 0..600_u32 {
        let mut message = vec![b'x'; 32 * 1024];
        message[..4].copy_from_slice(&number.to_be_bytes());
        let published = channel.publish("room", message.as_slice());
        dropped += published.dropped();
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

/// A peer that violates the protocol is disconnected after the close timeout even if it does not read.
#[tokio::test]
async fn violating_peer_that_never_reads_is_cut_off() {
    let census = Census::new();
    let server = Server::new()
        .backpressure_limit(1 << 20)
        .idle_timeout(None)
        .close_timeout(Duration::from_millis(200))
        .route(Echo::new(&census));
    let served = Served::start(server).await;
    let mut peer = Peer::open(served.address, "/").await;
    census.reaches(1).await;
    let channel = served.handle.channel::<Echo>().expect("the route is served");
    while channel.publish("room", vec![b'x'; 64 * 1024].as_slice()).dropped() == 0 {}
    peer.send(&[frame(TEXT, b"hello"), frame(0x83, b"")].concat()).await;
    census.empties().await;
    drop(peer);
    end(served, census).await;
}

/// A route that replies with a stream that never waits and has more items than any peer can read.
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

/// Like [`Endless`], with a stream that `open` returns and that runs while messages are handled.
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
        // The peer does not answer close frames, so the socket is terminated.
        ws.terminate();
    }

    fn close(&self) {
        self.census.closed();
    }
}

/// A stream that never waits must not delay the input of its connection or other sockets, although the server has only
/// one thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stream_that_never_waits_leaves_others_their_turn() {
    let census = Census::new();
    let (endless, feed) = (Endless { census: census.clone() }, Feed { census: census.clone() });
    let echo = Echo::new(&census);
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
        // The connection ends although the stream has not.
        let count =
            soon(reading).await.expect("the task does not panic").expect("the stream ends without an error");
        assert!(count > 0, "{path}");
        drop(other);
    }
    census.empties().await;
    served.end().await;
}

/// A listener whose streams buffer writes until they are flushed, as TLS streams may.
struct Buffered(tokio::net::TcpListener);

impl Listener for Buffered {
    type Io = BufStream<TcpStream>;

    async fn accept(&mut self) -> std::io::Result<(Self::Io, Option<std::net::SocketAddr>)> {
        let (stream, address) = tokio::net::TcpListener::accept(&self.0).await?;
        Ok((BufStream::new(stream), Some(address)))
    }
}

#[tokio::test]
async fn transport_with_its_own_buffer_is_flushed() {
    let census = Census::new();
    let server = Server::new().route(Echo::new(&census));
    let served = Served::over(server, Buffered).await;
    let mut peer = Peer::open(served.address, "/").await;
    census.reaches(1).await;
    peer.say("hello").await;
    assert_eq!(peer.text().await, "hello");
    let channel = served.handle.channel::<Echo>().expect("the route is served");
    for _ in 0..10 {
        assert_eq!(channel.publish("room", "news").receivers(), 1);
        assert_eq!(peer.text().await, "news");
    }
    peer.send(&close(1000)).await;
    assert_eq!(peer.closed().await, Some(1000));
    census.empties().await;
    served.end().await;
}
