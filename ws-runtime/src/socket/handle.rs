//! A handle to a server.

use std::{fmt, net::SocketAddr, sync::Arc};

use super::{Channel, Directory, Shutdown, Socket};
use crate::{contract::Endpoint, wire::Close};

/// A handle to a server: the channels of its routes, and its shutdown. Clones refer to the same server.
///
/// A handle does not keep the server running.
///
/// # Examples
/// ```no_run
/// use ws_runtime::{Server, ws_route};
///
/// struct News;
///
/// #[ws_route("/news", response = String)]
/// impl News {
///     fn open(&self) -> &'static str {
///         "welcome"
///     }
/// }
///
/// # async fn run() {
/// let server = Server::new().route(News);
/// let handle = server.handle();
/// let serving = tokio::spawn(server.listen("127.0.0.1:3000"));
///
/// // In any task, once the server has started:
/// if let Some(news) = handle.channel::<News>() {
///     println!("{} receivers", news.all().send("It rains").receivers());
/// }
/// handle.shutdown();
/// println!("{} were cut off", handle.ended().await.forced);
/// # drop(serving);
/// # }
/// ```
#[derive(Clone)]
pub struct Handle {
    directory: Arc<Directory>,
}

impl Handle {
    pub(crate) fn new(directory: Arc<Directory>) -> Self {
        Self { directory }
    }

    /// Returns the channel of a route. `None` if the server does not serve the route or has not started.
    ///
    /// # Examples
    /// See [`Channel`].
    pub fn channel<E: Endpoint>(&self) -> Option<Channel<E>> {
        self.directory.channel()
    }

    /// Closes each socket of a route for which `matches` returns true, and returns how many were open. It is short for
    /// [`channel`](Self::channel) and [`Channel::disconnect_where`].
    pub fn disconnect_where<E: Endpoint>(
        &self,
        matches: impl FnMut(&Socket<E>) -> bool,
        close: Close,
    ) -> usize {
        self.channel().map_or(0, |channel| channel.disconnect_where(matches, close))
    }

    /// Returns the address that the server listens on. If that was port 0, the address has the port that the kernel
    /// chose.
    ///
    /// `None` means that the server does not listen yet (see [`listening`](Self::listening)), that its listener has no
    /// address, or that it is a mounted service. A server has one listener.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.directory.address()
    }

    /// Waits until the server listens and returns its address, like [`local_addr`](Self::local_addr). For a mounted
    /// service it returns `None` at once.
    ///
    /// This waits forever if the server is never started.
    ///
    /// # Examples
    /// ```
    /// use ws_runtime::{Server, ws_route};
    ///
    /// struct Echo;
    ///
    /// #[ws_route("/echo", body = String, response = String)]
    /// impl Echo {
    ///     fn message(&self, text: String) -> String {
    ///         text
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let server = Server::new().route(Echo);
    /// let handle = server.handle();
    /// let serving = tokio::spawn(server.listen("127.0.0.1:0"));
    /// let address = handle.listening().await.expect("TCP has an address");
    /// assert_ne!(address.port(), 0);
    /// # handle.shutdown();
    /// # assert!(serving.await.is_ok_and(|served| served.is_ok()));
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// This method is cancel safe.
    pub async fn listening(&self) -> Option<SocketAddr> {
        self.directory.listening().await;
        self.local_addr()
    }

    /// Asks the server to shut down. It accepts no more connections, closes every socket with 1001, and waits for their
    /// handlers for at most `shutdown_timeout`. Then `listen` and `serve` return, and [`ended`](Self::ended) returns
    /// the result. Further calls have no effect.
    ///
    /// A mounted service ([`WsService`](crate::server::WsService)) answers handshakes with 503 from then on.
    pub fn shutdown(&self) {
        self.directory.shut_down();
    }

    /// Waits until the server has shut down and no task is left. Returns how many sockets closed cleanly and how many
    /// were cut off, of those that were connected when the shutdown began.
    ///
    /// A server that is dropped shuts down too: the [`Server`](crate::Server), the future of `listen` or `serve`, or the
    /// last clone of a [`WsService`](crate::server::WsService).
    ///
    /// # Cancel safety
    /// This method is cancel safe: the shutdown continues.
    pub async fn ended(&self) -> Shutdown {
        self.directory.shutdown().ended().await
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}
