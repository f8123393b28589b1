//! Listeners: the sources of connections.

use std::{future::Future, io, net::SocketAddr};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};

/// A source of connections, such as TCP, or TLS over TCP.
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

    /// Waits for the next connection. Returns its stream and the address of its peer. `None` means that the peer has no
    /// address, as on a Unix socket. All such connections count as one address for
    /// [`max_connections_per_address`](crate::Server::max_connections_per_address).
    ///
    /// After an error, the server accepts again at once, because most errors concern one connection. It pauses only if
    /// the system is short of files, buffers or memory (`EMFILE`, `ENFILE`, `ENOBUFS`, `ENOMEM`). The pause is 10 ms at
    /// first, doubles while the shortage lasts, and is at most 1 s. Errors are logged as warnings with their number, at
    /// most once a second.
    ///
    /// A single future accepts all clients, so it must not wait for any of them. A TLS listener should accept the TCP
    /// connection and return a stream that performs the TLS handshake on its first read, or perform the handshake in a
    /// separate task.
    ///
    /// # Cancel safety
    /// The future must be cancel safe, because the server drops it during a shutdown.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Io, Option<SocketAddr>)>> + Send;

    /// Returns the address of the listener, which [`Handle::local_addr`](crate::Handle::local_addr) returns. `None`
    /// means that the listener has no address. The default implementation returns `None`.
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
        // Frames are written whole, so Nagle's algorithm would only delay them. A closed stream may refuse the option,
        // and the next read fails then.
        let _ = stream.set_nodelay(true);
        Ok((stream, Some(address)))
    }
}
