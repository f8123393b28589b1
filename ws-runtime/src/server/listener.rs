//! Sources of connections.

use std::{any::Any, future::Future, io, net::SocketAddr};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};

use crate::socket::Transport;

/// A source of connections: TCP, or anything on top of it, such as TLS.
///
/// # Examples
/// A Unix socket, whose peers have no address:
///
/// ```
/// # #[cfg(unix)] mod example {
/// use std::{io, net::SocketAddr};
///
/// use tokio::net::{UnixListener, UnixStream};
/// use ws_runtime::Listener;
///
/// struct Local(UnixListener);
///
/// impl Listener for Local {
///     type Io = UnixStream;
///
///     async fn accept(&mut self) -> io::Result<(UnixStream, Option<SocketAddr>)> {
///         let (stream, _) = self.0.accept().await?;
///         Ok((stream, None))
///     }
/// }
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement `Listener`",
    label = "not a listener",
    note = "use tokio's `TcpListener`; for a listener of the standard library, call `set_nonblocking(true)` and then `tokio::net::TcpListener::from_std`"
)]
pub trait Listener: Send + 'static {
    /// The stream of one connection.
    type Io: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    /// Waits for the next connection and returns its stream and the address of its peer. Return `None` for a peer
    /// without an address, as on a Unix socket. All such connections count as one address for
    /// [`max_connections_per_address`](crate::Server::max_connections_per_address).
    ///
    /// After an error the server accepts again at once, because most errors concern one connection. It pauses only if
    /// the system is short of files, buffers or memory (`EMFILE`, `ENFILE`, `ENOBUFS`, `ENOMEM`): for 10 ms at first,
    /// twice as long each time while the shortage lasts, at most 1 s. Errors are logged as a warning with their count,
    /// at most one a second.
    ///
    /// One future accepts for all clients, so it must not wait for any of them. A TLS listener accepts the TCP
    /// connection and returns a stream that performs the TLS handshake on its first read, or performs it in a task of
    /// its own.
    ///
    /// # Cancel safety
    /// Must be cancel safe: the server drops the future when it shuts down.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Io, Option<SocketAddr>)>> + Send;

    /// Returns the address that it listens on, which [`Handle::local_addr`](crate::Handle::local_addr) reports; `None` unless
    /// implemented, and where there is none, as for a Unix socket.
    fn local_addr(&self) -> Option<SocketAddr> {
        None
    }
}

impl Listener for TcpListener {
    type Io = TcpStream;

    fn local_addr(&self) -> Option<SocketAddr> {
        Self::local_addr(self).ok()
    }

    async fn accept(&mut self) -> io::Result<(TcpStream, Option<SocketAddr>)> {
        let (stream, address) = Self::accept(self).await?;
        // Frames are written whole, so Nagle's algorithm would only delay them. A closed stream may refuse the option;
        // that shows on the next read.
        let _ = stream.set_nodelay(true);
        Ok((stream, Some(address)))
    }
}

/// TCP streams are distinguished, because they can be written to without waiting.
pub(super) fn transport<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(stream: S) -> Transport {
    let mut stream = Some(stream);
    let any: &mut dyn Any = &mut stream;
    if let Some(tcp) = any.downcast_mut::<Option<TcpStream>>().and_then(Option::take) {
        return Transport::Tcp(tcp);
    }
    match stream {
        Some(stream) => Transport::Other(Box::new(stream)),
        None => unreachable!("it was taken only if it is TCP"),
    }
}
