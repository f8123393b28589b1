//! The stream that HTTP uses. It fails if the peer reads no byte for some time, and it detects a disconnect while a
//! response is awaited.
//! If the fallback upgrades the stream, it may use it until the deadline of a shutdown.

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
    sync::oneshot,
    time::{Sleep, sleep},
};

/// The maximum number of bytes that are read ahead of hyper to detect a disconnect. A client has no reason to send more
/// before its response. If it does, its disconnect is not detected, and the handshake timeout applies.
const AHEAD: usize = 4096;

/// A stream that fails if the peer reads no byte for some time. Otherwise a client that sends requests and never reads
/// would be waited for indefinitely.
pub(super) struct Paced<S>(Arc<Mutex<Watched<S>>>);

/// A handle to the stream of a [`Paced`], for the task that drives HTTP.
pub(super) struct Watch<S>(Arc<Mutex<Watched<S>>>);

struct Watched<S> {
    stream: S,
    patience: Duration,
    /// The timer, which runs while the peer reads no byte.
    timer: Option<Pin<Box<Sleep>>>,
    /// Bytes that were read to detect a disconnect.
    ahead: Vec<u8>,
    /// Set once the fallback has upgraded the stream.
    given: Option<Box<UpgradedUse>>,
}

/// A future that ends the use of a stream.
pub(super) type Cut = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The limits of a stream that the fallback has upgraded. It is not paced any more: the fallback decides how long it
/// waits for its peer.
struct UpgradedUse {
    /// Different tasks may read and write, and each must be woken. `None` once the use has ended.
    reading: Option<Cut>,
    writing: Option<Cut>,
    /// Dropped with the stream.
    _used: oneshot::Sender<()>,
}

impl<S> Paced<S> {
    pub(super) fn new(stream: S, patience: Duration) -> (Self, Watch<S>) {
        let inner =
            Arc::new(Mutex::new(Watched { stream, patience, timer: None, ahead: Vec::new(), given: None }));
        (Self(Arc::clone(&inner)), Watch(inner))
    }

    /// Locks the stream. Only one task uses it, so the lock is never contended.
    fn inner(&self) -> MutexGuard<'_, Watched<S>> {
        lock(&self.0)
    }

    /// Returns the stream and the bytes that were read ahead. `None` if another [`Watch`] exists.
    pub(super) fn into_inner(self, watch: Watch<S>) -> Option<(S, Vec<u8>)> {
        drop(watch);
        let inner = Arc::into_inner(self.0)?.into_inner().unwrap_or_else(PoisonError::into_inner);
        Some((inner.stream, inner.ahead))
    }
}

impl<S> Watch<S> {
    /// Takes the stream back after HTTP has ended. If the fallback has upgraded it, returns the watch.
    pub(super) fn into_inner(self) -> Result<S, Self> {
        let inner = Arc::try_unwrap(self.0).map_err(Self)?;
        Ok(inner.into_inner().unwrap_or_else(PoisonError::into_inner).stream)
    }

    /// Leaves the stream to the fallback until `cut` resolves: then reads and writes fail. The returned receiver
    /// resolves when the stream is dropped.
    pub(super) fn give(self, cut: impl Fn() -> Cut) -> oneshot::Receiver<()> {
        let (used, dropped) = oneshot::channel();
        let given = UpgradedUse { reading: Some(cut()), writing: Some(cut()), _used: used };
        lock(&self.0).given = Some(Box::new(given));
        dropped
    }
}

impl<S: AsyncRead + Unpin> Watch<S> {
    /// Resolves when the peer has ended or reset the stream. hyper does not check this while it has unread bytes.
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

fn lock<S>(inner: &Mutex<Watched<S>>) -> MutexGuard<'_, Watched<S>> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Fails once the use of the stream has ended, and arranges for the task to be woken then.
fn poll_cut(cut: &mut Option<Cut>, cx: &mut Context<'_>) -> io::Result<()> {
    if cut.as_mut().is_some_and(|cut| cut.as_mut().poll(cx).is_ready()) {
        *cut = None;
    }
    if cut.is_some() { Ok(()) } else { Err(io::ErrorKind::ConnectionAborted.into()) }
}

impl<S: Unpin> Watched<S> {
    fn pace<T>(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if let Some(given) = &mut self.given {
            poll_cut(&mut given.writing, cx)?;
            return write(Pin::new(&mut self.stream), cx);
        }
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
        if let Some(given) = &mut inner.given {
            poll_cut(&mut given.reading, cx)?;
        }
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
