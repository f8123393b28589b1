//! A server as a service of another one.

use std::net::SocketAddr;

use http::Extensions;

use super::{Server, spelling::spelled};
use crate::app::{StartError, StartErrors, WsService};

impl Server {
    /// Checks everything and turns the routes into a tower service, which an application mounts beside its own routes:
    /// with axum as `route_service`, `nest_service` or `fallback_service`. No task runs before the first handshake, and
    /// no runtime is needed here.
    ///
    /// # Paths
    /// A route matches the path that the service sees. A router that strips a prefix (axum's `nest` and `nest_service`)
    /// passes on the rest: below `nest_service("/api", ws)`, the route `/chat/{room}` answers `/api/chat/tea`.
    /// `route_service("/chat/{room}", ws)` strips nothing, so the router's path is that of the route. Captures are always
    /// those of the route. A request for another path gets 404.
    ///
    /// # Limits
    /// The host reads the requests, so it is the host that limits slow or idle HTTP connections.
    /// [`max_connections`](Self::max_connections) counts sockets and their handshakes, and so does
    /// [`max_connections_per_address`](Self::max_connections_per_address), which needs [`peer_from`](Self::peer_from).
    /// [`handshake_timeout`](Self::handshake_timeout) limits the handlers, and then the time until the host has sent the
    /// 101. [`body_timeout`](Self::body_timeout) has no effect. All other options apply as for a listening server.
    ///
    /// # Stopping
    /// A host does not wait for upgraded connections. Call [`Handle::shutdown`](crate::Handle::shutdown) when the host
    /// begins to stop, and await [`Handle::ended`](crate::Handle::ended) after it.
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
    /// # fn main() -> Result<(), ws_runtime::server::StartErrors> {
    /// let ws = Server::new().route(Echo).into_service()?;
    /// let handle = ws.handle();
    /// // let app = axum::Router::new().route_service("/echo", ws.clone());
    ///
    /// let echo = handle.channel::<Echo>().expect("it is a route");
    /// assert_eq!(echo.sockets().len(), 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The guide shows a whole application: [beside axum](crate::guide::axum).
    ///
    /// # Errors
    /// [`StartErrors`] with all mistakes, as from [`listen`](Self::listen). [`fallback`](Self::fallback) and
    /// [`shutdown_on`](Self::shutdown_on) are mistakes here: the application has a router and a signal of its own.
    pub fn into_service(self) -> Result<WsService, StartErrors> {
        let Self { assembly, fallback, signals, peer_from, owner } = self;
        let mut errors = Vec::new();
        if fallback.is_some() {
            let instead = "the application that mounts it answers all other requests";
            errors.push(StartError::mounted("fallback", instead));
        }
        if !signals.is_empty() {
            let instead = "call `Handle::shutdown` when the application stops";
            errors.push(StartError::mounted("shutdown_on", instead));
        }
        let addresses = assembly.connections.per_address.is_some() || !assembly.trusted_proxies.is_empty();
        let served = assembly.build(errors)?;
        if addresses && peer_from.is_none() {
            tracing::warn!(
                "all clients count as one address, and no proxy is trusted: `peer_from` does not say where the address of \
                 the peer is"
            );
        }
        Ok(WsService::new(served, peer_from, spelled, owner))
    }

    /// Sets where a mounted service ([`into_service`](Self::into_service)) finds the address of the TCP peer: in an
    /// extension that the host adds to a request. Default: nowhere, so that
    /// [`Socket::remote_addr`](crate::Socket::remote_addr) is `None` and all clients share one address in
    /// [`max_connections_per_address`](Self::max_connections_per_address).
    ///
    /// It must be the address of the peer, not one that a client may have written into a header: for those there are
    /// [`trusted_proxies`](Self::trusted_proxies), which are looked up by this address. A listening server knows its peers
    /// and ignores this.
    ///
    /// # Examples
    /// ```
    /// use std::net::SocketAddr;
    ///
    /// use ws_runtime::Server;
    ///
    /// /// What the host adds to each request; in axum it is `ConnectInfo<SocketAddr>`.
    /// #[derive(Clone)]
    /// struct Peer(SocketAddr);
    ///
    /// let server = Server::new().peer_from(|extensions| extensions.get::<Peer>().map(|peer| peer.0));
    /// ```
    pub fn peer_from(
        mut self,
        find: impl Fn(&Extensions) -> Option<SocketAddr> + Send + Sync + 'static,
    ) -> Self {
        self.peer_from = Some(Box::new(find));
        self
    }
}
