//! A server with in-memory connections: it needs no kernel, no port and only one thread, and its clients cost almost
//! nothing.
//!
//! The server includes HTTP. Its streams read the input of a [`Peer`]; output is counted and discarded. This file does
//! not depend on a route.

use std::{
    future::poll_fn,
    io::{self, IoSlice},
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use bytes::{Buf, Bytes};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    runtime::{Builder, Runtime},
    sync::mpsc,
};
use ws_runtime::{Listener, Server};

use crate::handshake;

/// Maximum number of connections that wait to be accepted.
const BACKLOG: usize = 16;

/// Returns a runtime that runs on the calling thread only.
///
/// # Panics
/// Panics if the system cannot create it.
pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime of one thread")
}

/// A running server, and the number of bytes written to all of its connections.
pub struct Rig {
    arriving: mpsc::Sender<Stream>,
    tally: Arc<Mutex<Tally>>,
}

#[derive(Default)]
struct Tally {
    written: usize,
    /// Number of written bytes at which the benchmark is woken.
    wanted: usize,
    waiting: Option<Waker>,
}

/// The client end of a connection. The connection breaks when it is dropped.
pub struct Peer {
    shared: Arc<Mutex<Shared>>,
}

/// The state shared by both ends.
#[derive(Default)]
struct Shared {
    /// Input that the server has not read yet.
    inbound: Bytes,
    ended: bool,
    reading: Option<Waker>,
    /// Output of the server up to the end of the response's head; `None` afterwards.
    head: Option<Vec<u8>>,
    /// True once the server has dropped its end.
    dropped: bool,
}

/// The server end of a connection.
struct Stream {
    shared: Arc<Mutex<Shared>>,
    tally: Arc<Mutex<Tally>>,
}

impl Rig {
    /// Starts the server in the current runtime. The server runs until the runtime is dropped.
    pub fn start(server: Server) -> Self {
        let (arriving, arrivals) = mpsc::channel(BACKLOG);
        tokio::spawn(async move {
            // If the server does not start, `connect` panics with the reason.
            if let Err(error) = server.serve(Arrivals(arrivals)).await {
                eprintln!("{error}");
            }
        });
        Self { arriving, tally: Arc::default() }
    }

    /// Connects: sends the handshake and waits for the 101.
    ///
    /// # Panics
    /// Panics if the response is not a 101.
    pub async fn connect(&self, target: &str) -> Peer {
        let shared =
            Shared { inbound: handshake(target).into(), head: Some(Vec::new()), ..Shared::default() };
        let shared = Arc::new(Mutex::new(shared));
        let stream = Stream { shared: Arc::clone(&shared), tally: Arc::clone(&self.tally) };
        assert!(self.arriving.send(stream).await.is_ok(), "the server has ended");
        loop {
            self.written(1).await;
            let mut shared = lock(&shared);
            let head = shared.head.as_deref().unwrap_or_default();
            if head.ends_with(b"\r\n\r\n") {
                assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(head));
                shared.head = None;
                break;
            }
        }
        lock(&self.tally).written = 0;
        Peer { shared }
    }

    /// Waits until the server has written this many bytes to all connections together, and resets the count.
    ///
    /// # Panics
    /// Panics if the server has written more bytes, because they are not the expected reply.
    pub async fn answered(&self, bytes: usize) {
        self.written(bytes).await;
        let mut tally = lock(&self.tally);
        assert_eq!(tally.written, bytes, "the server has written something else than was waited for");
        tally.written = 0;
    }

    async fn written(&self, bytes: usize) {
        poll_fn(|cx| {
            let mut tally = lock(&self.tally);
            if tally.written >= bytes {
                return Poll::Ready(());
            }
            tally.wanted = bytes;
            tally.waiting = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

impl Peer {
    /// Passes bytes to the server, which reads them at once if its buffer is large enough.
    pub fn send(&self, frames: &Bytes) {
        let mut shared = lock(&self.shared);
        debug_assert!(shared.inbound.is_empty(), "the server has not read what it was sent before");
        shared.inbound = frames.clone();
        if let Some(waker) = shared.reading.take() {
            waker.wake();
        }
    }

    /// Returns true if the server has dropped the connection.
    pub fn is_dropped(&self) -> bool {
        lock(&self.shared).dropped
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let mut shared = lock(&self.shared);
        shared.ended = true;
        if let Some(waker) = shared.reading.take() {
            waker.wake();
        }
    }
}

/// The listener of the server.
struct Arrivals(mpsc::Receiver<Stream>);

impl Listener for Arrivals {
    type Io = Stream;

    async fn accept(&mut self) -> io::Result<(Stream, Option<SocketAddr>)> {
        match self.0.recv().await {
            Some(stream) => Ok((stream, Some(SocketAddr::from(([127, 0, 0, 1], 0))))),
            // The benchmark has ended, and the runtime is about to be dropped.
            None => std::future::pending().await,
        }
    }
}

impl Stream {
    fn written(&self, slices: &[IoSlice<'_>]) -> usize {
        let length = slices.iter().map(|slice| slice.len()).sum();
        let mut shared = lock(&self.shared);
        if let Some(head) = &mut shared.head {
            head.extend(slices.iter().flat_map(|slice| slice.iter()));
        }
        drop(shared);
        let mut tally = lock(&self.tally);
        tally.written += length;
        if tally.written >= tally.wanted
            && let Some(waker) = tally.waiting.take()
        {
            waker.wake();
        }
        length
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut shared = lock(&self.shared);
        if shared.inbound.is_empty() && !shared.ended {
            shared.reading = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let length = shared.inbound.len().min(buffer.remaining());
        buffer.put_slice(&shared.inbound[..length]);
        shared.inbound.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(self.written(&[IoSlice::new(bytes)])))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(self.written(slices)))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        lock(&self.shared).dropped = true;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
