//! Streams that deliver their input in pieces of chosen lengths, each after a wait.

use std::{
    io::{self, IoSlice},
    iter::{Cycle, Take as First},
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    vec,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf, Take},
    net::{TcpListener, TcpStream},
};
use ws_runtime::Listener;

/// Number of pieces before the rest arrives at once, because many tiny reads would make the tests slow.
const MOST: usize = 100;

/// A listener whose streams deliver the handshake unchanged and the rest in pieces.
pub(crate) struct InPieces {
    listener: TcpListener,
    lengths: Vec<usize>,
    is_first: bool,
}

impl InPieces {
    /// A stream that delivers pieces of these lengths in turn, then everything that has arrived.
    pub(crate) fn new(listener: TcpListener, lengths: Vec<usize>) -> Self {
        Self { listener, lengths, is_first: true }
    }
}

impl Listener for InPieces {
    type Io = Pieces;

    async fn accept(&mut self) -> io::Result<(Pieces, Option<SocketAddr>)> {
        let (stream, address) = Listener::accept(&mut self.listener).await?;
        let is_first = std::mem::replace(&mut self.is_first, false);
        let lengths = if is_first { Vec::new() } else { self.lengths.clone() };
        Ok((
            Pieces { stream: stream.take(0), lengths: lengths.into_iter().cycle().take(MOST), waited: true },
            address,
        ))
    }
}

pub(crate) struct Pieces {
    /// This read ends at the end of the piece.
    stream: Take<TcpStream>,
    lengths: First<Cycle<vec::IntoIter<usize>>>,
    /// The next piece arrives after a wait.
    waited: bool,
}

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.stream.limit() == 0 {
            if !std::mem::replace(&mut self.waited, true) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let next = self.lengths.next().map_or(u64::MAX, |length| length as u64);
            self.stream.set_limit(next);
            self.waited = false;
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Pieces {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(self.stream.get_mut()).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(self.stream.get_mut()).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.get_ref().is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.stream.get_mut()).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.stream.get_mut()).poll_shutdown(cx)
    }
}
