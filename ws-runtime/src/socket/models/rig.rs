//! The parts of the models: a shard, sockets with peers in memory, and the tasks of their connections.

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
    socket::{
        Delivery, Settings, Status, Subscribed, WriteHalf,
        transport::{Transport, split},
    },
    wire::{Close, Encoder},
};

/// The padding of a frame that is so large that its publisher delivers it.
static ZEROES: [u8; 1 << 20] = [0; 1 << 20];

/// Runs a model in every interleaving that has at most this many preemptions.
pub(super) fn explore(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// A shard and its topics. Clones share them.
#[derive(Clone)]
pub(super) struct ModelShard {
    shard: Arc<Shard>,
    topics: Arc<Topics>,
}

/// An open socket and the bytes that its peer has received. Clones share them.
#[derive(Clone)]
pub(super) struct Socket {
    shard: ModelShard,
    member: Arc<AnySocket>,
    received: Arc<Mutex<Vec<u8>>>,
    blocked: Arc<AtomicBool>,
}

struct AnySocket(WriteHalf);

/// A stream in memory. It accepts a limited number of bytes per call, so that a write from a log may be cut at any
/// byte. While it is blocked it accepts none. The end of blocking wakes no task.
struct Peer {
    received: Arc<Mutex<Vec<u8>>>,
    per_write: usize,
    blocked: Arc<AtomicBool>,
}

/// The task of the connection. It checks, writes and parks in the order of the driver.
pub(super) struct Connection {
    socket: Socket,
    waited: bool,
    status: Status,
}

impl ModelShard {
    pub(super) fn new() -> Self {
        let shard = Arc::new(Shard::new(Outbound::new(usize::MAX)));
        let topics = Arc::new(Topics::new(&[Arc::clone(&shard)]));
        Self { shard, topics }
    }

    /// Opens a socket whose queue has this limit in bytes. `None` means unlimited.
    pub(super) fn limited(&self, id: u64, per_write: usize, limit: Option<usize>) -> Socket {
        let write_half = WriteHalf::new(id, &settings(limit), Outbound::new(usize::MAX), None);
        let received = Arc::<Mutex<Vec<u8>>>::default();
        let blocked = Arc::<AtomicBool>::default();
        let peer = Peer { received: Arc::clone(&received), per_write, blocked: Arc::clone(&blocked) };
        let (_, writer) = split(Transport::Other(Box::new(peer)));
        write_half.start(writer);
        Socket { shard: self.clone(), member: Arc::new(AnySocket(write_half)), received, blocked }
    }

    /// Opens a socket whose peer accepts at most this many bytes per call.
    pub(super) fn open(&self, id: u64, per_write: usize) -> Socket {
        self.limited(id, per_write, None)
    }

    /// Publishes a letter to every subscriber.
    pub(super) fn publish(&self, topic: &str, letter: u8) {
        self.topics.publish(topic, &mut frame(letter).frame_ref(), None);
        self.topics.relieve(topic);
    }

    /// Publishes a letter in a frame so large that the publisher delivers it itself. The padding consists of zeros,
    /// which the peers ignore.
    pub(super) fn publish_large(&self, topic: &str, letter: u8) {
        let (head, rest) = (frame(letter), Chunk::uncounted(bytes::Bytes::from_static(&ZEROES)));
        self.topics.publish(topic, &mut FrameRef { rest: Some(&rest), ..head.frame_ref() }, None);
        self.topics.relieve(topic);
    }

    /// Runs the flusher of the shard.
    pub(super) fn flusher(&self) -> JoinHandle<()> {
        let shard = Arc::clone(&self.shard);
        spawn(move || block_on(shard.flush()))
    }

    /// Makes the flusher end after it has delivered all publishes, and waits for it.
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

    /// Closes the socket, with a frame that contains no zero byte, because the peers ignore zeros.
    pub(super) fn close(&self) {
        assert!(self.write_half().close(Some(&Close::new(1000, ""))));
    }

    pub(super) fn subscribe(&self, topic: &str) {
        let me = Arc::clone(&self.member) as Arc<dyn Subscriber>;
        assert_eq!(
            self.write_half().subscribe((&self.shard.topics, &settings(None)), 0, topic, me),
            Ok(Subscribed::New)
        );
    }

    pub(super) fn unsubscribe(&self, topic: &str) {
        assert!(self.write_half().unsubscribe(&self.shard.topics, 0, topic));
    }

    /// Publishes a letter to all other sockets.
    pub(super) fn publish(&self, topic: &str, letter: u8) {
        let Self { shard, .. } = self;
        self.write_half().publish_to_others(&shard.topics, 0, topic, &mut frame(letter).frame_ref());
        shard.topics.relieve(topic);
    }

    /// Writes the queue and parks the task. A wake-up has no effect. The flusher writes straight to the stream from
    /// then on.
    pub(super) fn park(&self) {
        let _ = self.write_half().poll_flush(&mut Context::from_waker(Waker::noop()));
    }

    /// Blocks or unblocks the stream.
    pub(super) fn set_blocked(&self, blocked: bool) {
        self.blocked.store(blocked, Ordering::Release);
    }

    /// Returns the task of the connection, before its first check.
    pub(super) fn connection(&self) -> Connection {
        Connection { socket: self.clone(), waited: true, status: Status::default() }
    }

    /// Returns the number of one-letter frames that the peer has received.
    pub(super) fn count(&self) -> usize {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).len() / 3
    }

    /// Ends the connection and returns what the peer received: the letters, and a dot for the close frame.
    pub(super) fn finish(self) -> String {
        let mut no_waker = Context::from_waker(Waker::noop());
        let (flushed, _) = self.write_half().poll_flush(&mut no_waker);
        assert!(matches!(flushed, Poll::Ready(Ok(()))), "{flushed:?}");
        self.write_half().unsubscribe_all(&self.shard.topics, 0);
        self.write_half().finish();
        letters(&self.received.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Subscriber for AnySocket {
    fn take(&self, topic: &Arc<Topic>, window: &LogView) {
        self.0.take(topic, window);
    }
}

impl Connection {
    /// Runs until `is_over` returns true for the status. Everything queued is written by then.
    pub(super) fn run(self, is_over: impl Fn(Status, &Socket) -> bool) {
        self.run_with(is_over, |write_half, cx| {
            let (flushed, status) = write_half.poll_flush(cx);
            assert!(matches!(flushed, Poll::Ready(Ok(()))), "{flushed:?}");
            status
        });
    }

    /// Like [`run`](Self::run), for a task that lingers and has nothing left to write.
    pub(super) fn linger(self, is_over: impl Fn(Status, &Socket) -> bool) {
        self.run_with(is_over, WriteHalf::rest);
    }

    fn run_with(
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

/// A frame that contains one letter.
struct Letter(Vec<u8>);

impl Letter {
    fn frame_ref(&self) -> FrameRef<'_> {
        FrameRef { head: &self.0, rest: None, key: None }
    }
}

fn frame(letter: u8) -> Letter {
    let mut frame = Vec::new();
    Encoder::message(Kind::Text, &[letter], &mut frame);
    Letter(frame)
}

/// Parses the frames that a peer received and returns their letters. Each frame must be complete.
fn letters(mut bytes: &[u8]) -> String {
    let mut letters = String::new();
    while !bytes.is_empty() {
        let (letter, rest) = match bytes {
            [0x81, 1, letter, rest @ ..] => (*letter, rest),
            [0x88, 2, 0x03, 0xe8, rest @ ..] => (b'.', rest),
            _ => panic!("no valid frame after {letters:?}: {bytes:?}"),
        };
        letters.push(letter.into());
        bytes = rest;
    }
    letters
}

fn settings(backpressure_limit: Option<usize>) -> Settings {
    Settings { backpressure_limit, ..Settings::off() }
}

impl AsyncRead for Peer {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl AsyncWrite for Peer {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.blocked.load(Ordering::Acquire) {
            return Poll::Pending;
        }
        let accepted = &bytes[..bytes.len().min(self.per_write)];
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        for part in accepted.chunks(4096).filter(|part| !ZEROES.starts_with(part)) {
            received.extend(part.iter().filter(|byte| **byte != 0));
        }
        Poll::Ready(Ok(accepted.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
