//! The parts of the models: a shard, sockets with in-memory peers, and the tasks around them.

use std::{
    io, mem,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use loom::{
    future::block_on,
    sync::atomic::{AtomicBool, Ordering},
    thread::{JoinHandle, spawn},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{
    memory::{Chunk, Outbound},
    message::Kind,
    pubsub::{FrameRef, LogView, Shard, Subscriber, Topic, Topics},
    session::KeepaliveRule,
    socket::{
        Delivery, Settings, Status, WriteHalf,
        transport::{Transport, split},
    },
    wire::{Close, Encoder, Limits},
};

/// The size from which a publisher delivers the log itself.
static ZEROES: [u8; 1 << 20] = [0; 1 << 20];

/// Runs a model in every interleaving with at most this many preemptions.
pub(super) fn explore(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// A shard with its topics, shared by sockets and tasks.
#[derive(Clone)]
pub(super) struct House {
    shard: Arc<Shard>,
    topics: Arc<Topics>,
}

/// An open socket and the output to its peer.
#[derive(Clone)]
pub(super) struct Socket {
    house: House,
    member: Arc<AnySocket>,
    got: Arc<Mutex<Vec<u8>>>,
    stuck: Arc<AtomicBool>,
}

struct AnySocket(WriteHalf);

/// An in-memory stream. It accepts a limited number of bytes for each call, so that a write straight from a log may be
/// cut anywhere. While it is stuck it accepts none, and nobody is woken when that ends.
struct Peer {
    got: Arc<Mutex<Vec<u8>>>,
    at_once: usize,
    stuck: Arc<AtomicBool>,
}

/// The task of the connection: when it checks, writes and parks, as in the driver.
pub(super) struct Connection {
    socket: Socket,
    waited: bool,
    status: Status,
}

impl House {
    pub(super) fn new() -> Self {
        let shard = Arc::new(Shard::new(Outbound::new(usize::MAX)));
        let topics = Arc::new(Topics::new(&[Arc::clone(&shard)]));
        Self { shard, topics }
    }

    /// Opens a socket whose queue has this limit in bytes.
    pub(super) fn limited(&self, id: u64, at_once: usize, limit: Option<usize>) -> Socket {
        let write_half = WriteHalf::new(id, &settings(limit), Outbound::new(usize::MAX), None);
        let got = Arc::<Mutex<Vec<u8>>>::default();
        let stuck = Arc::<AtomicBool>::default();
        let peer = Peer { got: Arc::clone(&got), at_once, stuck: Arc::clone(&stuck) };
        let (_, writer) = split(Transport::Other(Box::new(peer)));
        write_half.start(writer);
        Socket { house: self.clone(), member: Arc::new(AnySocket(write_half)), got, stuck }
    }

    /// Opens a socket whose peer accepts at most this many bytes for each call.
    pub(super) fn open(&self, id: u64, at_once: usize) -> Socket {
        self.limited(id, at_once, None)
    }

    /// Publishes a letter to every subscriber.
    pub(super) fn publish(&self, topic: &str, letter: u8) {
        self.topics.publish(topic, &mut frame(letter).parcel(), None);
        self.topics.relieve(topic);
    }

    /// Publishes a letter in a frame so large that the publisher delivers it itself. It is padded with zeros, which the
    /// peers ignore.
    pub(super) fn publish_large(&self, topic: &str, letter: u8) {
        let (head, rest) = (frame(letter), Chunk::uncounted(bytes::Bytes::from_static(&ZEROES)));
        self.topics.publish(topic, &mut FrameRef { rest: Some(&rest), ..head.parcel() }, None);
        self.topics.relieve(topic);
    }

    /// Runs the flusher of the shard.
    pub(super) fn flusher(&self) -> JoinHandle<()> {
        let shard = Arc::clone(&self.shard);
        spawn(move || block_on(shard.flush()))
    }

    /// Makes the flusher end once everything is delivered.
    pub(super) fn stop(&self, flusher: JoinHandle<()>) {
        self.shard.stop();
        flusher.join().expect("the flusher does not panic");
    }
}

impl Socket {
    pub(super) fn write_half(&self) -> &WriteHalf {
        &self.member.0
    }

    pub(super) fn send(&self, letter: u8) {
        let delivery = self.write_half().send(Kind::Text, &[letter]);
        assert!(matches!(delivery, Delivery::Sent | Delivery::Backpressure), "{delivery:?}");
    }

    /// Closes the socket. No other byte of the frame is zero either.
    pub(super) fn close(&self) {
        assert!(self.write_half().close(Some(&Close::new(1000, ""))));
    }

    pub(super) fn subscribe(&self, topic: &str) {
        let me = Arc::clone(&self.member) as Arc<dyn Subscriber>;
        assert_eq!(
            self.write_half().subscribe((&self.house.topics, &settings(None)), 0, topic, me),
            Ok(true)
        );
    }

    pub(super) fn unsubscribe(&self, topic: &str) {
        assert!(self.write_half().unsubscribe(&self.house.topics, 0, topic));
    }

    /// Publishes a letter to all other sockets.
    pub(super) fn publish(&self, topic: &str, letter: u8) {
        let Self { house, .. } = self;
        self.write_half().publish_to_others(&house.topics, 0, topic, &mut frame(letter).parcel());
        house.topics.relieve(topic);
    }

    /// The task writes and parks, and is not expected to be woken: until then the flusher writes straight to the
    /// stream.
    pub(super) fn doze(&self) {
        let _ = self.write_half().poll_flush(&mut Context::from_waker(Waker::noop()));
    }

    /// Makes the stream stuck, or releases it.
    pub(super) fn stick(&self, stuck: bool) {
        self.stuck.store(stuck, Ordering::Release);
    }

    /// Runs the task of the connection from its first check.
    pub(super) fn connection(&self) -> Connection {
        Connection { socket: self.clone(), waited: true, status: Status::default() }
    }

    /// Returns the number of one-letter frames that the peer has received.
    pub(super) fn count(&self) -> usize {
        self.got.lock().unwrap_or_else(PoisonError::into_inner).len() / 3
    }

    /// Ends the connection and returns the output to the peer: the letters, and a dot for the close frame.
    pub(super) fn finish(self) -> String {
        let mut nobody = Context::from_waker(Waker::noop());
        let (flushed, _) = self.write_half().poll_flush(&mut nobody);
        assert!(matches!(flushed, Poll::Ready(Ok(()))), "{flushed:?}");
        self.write_half().unsubscribe_all(&self.house.topics, 0);
        self.write_half().finish();
        letters(&self.got.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Subscriber for AnySocket {
    fn take(&self, topic: &Arc<Topic>, window: &LogView) {
        self.0.take(topic, window);
    }
}

impl Connection {
    /// Loops until `is_over` returns true for the status of the task; everything queued is written by then.
    pub(super) fn run(self, is_over: impl Fn(Status, &Socket) -> bool) {
        self.go(is_over, |write_half, cx| {
            let (flushed, status) = write_half.poll_flush(cx);
            assert!(matches!(flushed, Poll::Ready(Ok(()))), "{flushed:?}");
            status
        });
    }

    /// Like [`run`](Self::run), for a task with nothing left to write.
    pub(super) fn linger(self, is_over: impl Fn(Status, &Socket) -> bool) {
        self.go(is_over, WriteHalf::rest);
    }

    fn go(
        mut self,
        is_over: impl Fn(Status, &Socket) -> bool,
        wait: impl Fn(&WriteHalf, &mut Context<'_>) -> Status,
    ) {
        block_on(std::future::poll_fn(|cx| {
            let write_half = self.socket.write_half();
            self.status = if mem::take(&mut self.waited) { write_half.run() } else { write_half.status() };
            if is_over(self.status, &self.socket) {
                return Poll::Ready(());
            }
            self.waited = true;
            let status = wait(write_half, cx);
            if status != self.status {
                self.status = status;
                cx.waker().wake_by_ref();
            }
            if is_over(status, &self.socket) { Poll::Ready(()) } else { Poll::Pending }
        }));
    }
}

/// A frame with one letter, to be published.
struct Letter(Vec<u8>);

impl Letter {
    fn parcel(&self) -> FrameRef<'_> {
        FrameRef { head: &self.0, rest: None, key: None }
    }
}

fn frame(letter: u8) -> Letter {
    let mut frame = Vec::new();
    Encoder::message(Kind::Text, &[letter], &mut frame);
    Letter(frame)
}

/// Parses frames of one letter, each of which must be complete.
fn letters(mut bytes: &[u8]) -> String {
    let mut letters = String::new();
    while !bytes.is_empty() {
        let (letter, rest) = match bytes {
            [0x81, 1, letter, rest @ ..] => (*letter, rest),
            [0x88, 2, 0x03, 0xe8, rest @ ..] => (b'.', rest),
            _ => panic!("after {letters:?} no frame begins: {bytes:?}"),
        };
        letters.push(letter.into());
        bytes = rest;
    }
    letters
}

fn settings(backpressure_limit: Option<usize>) -> Settings {
    Settings {
        limits: Limits { max_message: None, max_fragments: None, fragment_timeout: None },
        keepalive: KeepaliveRule::new(None, None).expect("both are off"),
        backpressure_limit,
        close_on_backpressure_limit: false,
        latest_by_key: None,
        rate_limit: None,
        max_invalid: None,
        publish_to_self: false,
        max_subscriptions: None,
        max_topic_length: None,
        close_timeout: None,
        deflate: None,
    }
}

impl AsyncRead for Peer {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl AsyncWrite for Peer {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.stuck.load(Ordering::Acquire) {
            return Poll::Pending;
        }
        let taken = &bytes[..bytes.len().min(self.at_once)];
        let mut got = self.got.lock().unwrap_or_else(PoisonError::into_inner);
        for part in taken.chunks(4096).filter(|part| !ZEROES.starts_with(part)) {
            got.extend(part.iter().filter(|byte| **byte != 0));
        }
        Poll::Ready(Ok(taken.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
