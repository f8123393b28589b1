//! A stream under HTTP: its peer has to take something now and then of what is written to it, and can be watched while it waits
//! for an answer.

use std::{
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// How much is read ahead of HTTP to learn whether the peer is gone, in bytes. A client has no reason to send more before it is
/// answered; one that does is waited for as long as a handshake may take.
const AHEAD: usize = 4096;

/// A stream that breaks when for a while nothing of what is written is taken. It carries HTTP: a client that asks for much and
/// reads nothing would otherwise be waited for as long as it likes.
pub(super) struct Paced<S>(Arc<Mutex<Inner<S>>>);

/// The same stream, for the one who runs HTTP on it.
pub(super) struct Watch<S>(Arc<Mutex<Inner<S>>>);

struct Inner<S> {
    stream: S,
    patience: Duration,
    /// Runs while the peer takes nothing.
    timer: Option<Pin<Box<Sleep>>>,
    /// What was read to learn whether the peer is gone.
    ahead: Vec<u8>,
}

impl<S> Paced<S> {
    pub(super) fn new(stream: S, patience: Duration) -> (Self, Watch<S>) {
        let inner = Arc::new(Mutex::new(Inner { stream, patience, timer: None, ahead: Vec::new() }));
        (Self(Arc::clone(&inner)), Watch(inner))
    }

    /// Only one task uses the stream, so nobody waits here.
    fn inner(&self) -> MutexGuard<'_, Inner<S>> {
        lock(&self.0)
    }

    /// Takes the stream back, with what was read ahead. `None` if it is still watched.
    pub(super) fn into_inner(self, watch: Watch<S>) -> Option<(S, Vec<u8>)> {
        drop(watch);
        let inner = Arc::into_inner(self.0)?.into_inner().unwrap_or_else(PoisonError::into_inner);
        Some((inner.stream, inner.ahead))
    }
}

impl<S: AsyncRead + Unpin> Watch<S> {
    /// Resolves when the peer has ended or broken the stream. HTTP does not look for that while it has unread bytes itself.
    pub(super) fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<()> {
        let inner = &mut *lock(&self.0);
        let mut bytes = [0; 512];
        while inner.ahead.len() < AHEAD {
            let mut buffer = ReadBuf::new(&mut bytes);
            let read = ready!(Pin::new(&mut inner.stream).poll_read(cx, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                return Poll::Ready(());
            }
            inner.ahead.extend_from_slice(buffer.filled());
        }
        Poll::Pending
    }
}

fn lock<S>(inner: &Mutex<Inner<S>>) -> MutexGuard<'_, Inner<S>> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Unpin> Inner<S> {
    fn pace<T>(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(written) = write(Pin::new(&mut self.stream), cx) {
            self.timer = None;
            return Poll::Ready(written);
        }
        let patience = self.patience;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(patience)));
        timer.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let inner = &mut *self.inner();
        if inner.ahead.is_empty() {
            return Pin::new(&mut inner.stream).poll_read(cx, buf);
        }
        let length = inner.ahead.len().min(buf.remaining());
        buf.put_slice(&inner.ahead[..length]);
        inner.ahead.drain(..length);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.inner().pace(cx, |stream, cx| stream.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.inner().pace(cx, |stream, cx| stream.poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner().stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().pace(cx, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().pace(cx, AsyncWrite::poll_shutdown)
    }
}
