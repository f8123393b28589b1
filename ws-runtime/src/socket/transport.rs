//! The byte stream of a connection, in two halves. The task of the connection owns the reader. The writer is shared.

use std::{
    any::Any,
    fmt, io,
    io::IoSlice,
    pin::Pin,
    task::{Context, Poll, Waker, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf, ReadHalf, WriteHalf},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// Any stream that a connection can run over.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for S {}

/// The byte stream of a connection. TCP is a separate variant, because any task can write to it without waiting.
pub(crate) enum Transport {
    Tcp(TcpStream),
    Other(Box<dyn Stream>),
}

impl Transport {
    /// Finds out whether a stream is TCP.
    pub(crate) fn of<S: Stream>(stream: S) -> Self {
        let mut stream = Some(stream);
        let any: &mut dyn Any = &mut stream;
        if let Some(tcp) = any.downcast_mut::<Option<TcpStream>>().and_then(Option::take) {
            return Self::Tcp(tcp);
        }
        match stream {
            Some(stream) => Self::Other(Box::new(stream)),
            None => unreachable!("it was taken only if it is TCP"),
        }
    }

    /// Turns off Nagle's algorithm: frames are written whole, so it would only delay them.
    pub(crate) fn without_delay(self) -> Self {
        if let Self::Tcp(stream) = &self {
            // A closed stream may refuse the option; that shows on the next read.
            let _ = stream.set_nodelay(true);
        }
        self
    }
}

/// The half from which the task of the connection reads.
pub(crate) enum Reader {
    Tcp(OwnedReadHalf),
    Other(ReadHalf<Box<dyn Stream>>),
}

/// The half that is written under the lock of the socket.
pub(crate) enum Writer {
    /// hyper still owns the stream, until the 101 is sent. Writes do not succeed until then. Handing over the stream
    /// wakes the task of the connection.
    Awaited,
    Tcp(OwnedWriteHalf),
    Other(WriteHalf<Box<dyn Stream>>),
}

/// Splits a stream into its halves.
pub(crate) fn split(transport: Transport) -> (Reader, Writer) {
    match transport {
        Transport::Tcp(stream) => {
            let (reader, writer) = stream.into_split();
            (Reader::Tcp(reader), Writer::Tcp(writer))
        }
        Transport::Other(stream) => {
            let (reader, writer) = tokio::io::split(stream);
            (Reader::Other(reader), Writer::Other(writer))
        }
    }
}

impl AsyncRead for Reader {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(half) => Pin::new(half).poll_read(cx, buf),
            Self::Other(half) => Pin::new(half).poll_read(cx, buf),
        }
    }
}

impl Writer {
    /// Returns true if writes are not buffered here, but reach the kernel at once. The streams of the loom models do
    /// not buffer either.
    pub(crate) fn is_tcp(&self) -> bool {
        matches!(self, Self::Tcp(_)) || cfg!(all(test, ws_loom))
    }

    /// Writes as many bytes as the stream accepts at once. `WouldBlock` if it accepts none. Does not register a waker.
    pub(crate) fn try_write(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Awaited => Err(io::ErrorKind::WouldBlock.into()),
            Self::Tcp(half) => match slices {
                [one] => half.try_write(one),
                _ => half.try_write_vectored(slices),
            },
            Self::Other(half) => {
                let mut no_waker = Context::from_waker(Waker::noop());
                match Pin::new(half).poll_write_vectored(&mut no_waker, slices) {
                    Poll::Ready(written) => written,
                    Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
                }
            }
        }
    }

    /// Writes as many bytes as the stream accepts. If it accepts none, the task is woken when it does.
    pub(crate) fn poll_slices(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let Self::Other(half) = self {
            return Pin::new(half).poll_write_vectored(cx, slices);
        }
        loop {
            match self.try_write(slices) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let Self::Tcp(half) = self else { return Poll::Pending };
                    ready!(half.as_ref().poll_write_ready(cx))?;
                }
                written => return Poll::Ready(written),
            }
        }
    }
}

impl AsyncWrite for Writer {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().poll_slices(cx, &[IoSlice::new(bytes)])
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Awaited | Self::Tcp(_) => Poll::Ready(Ok(())),
            Self::Other(half) => Pin::new(half).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Awaited => Poll::Pending,
            Self::Tcp(half) => Pin::new(half).poll_shutdown(cx),
            Self::Other(half) => Pin::new(half).poll_shutdown(cx),
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Awaited => "Awaited",
            Self::Tcp(_) => "Tcp",
            Self::Other(_) => "Other",
        })
    }
}
