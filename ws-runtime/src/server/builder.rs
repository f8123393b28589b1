//! The builder of a server: its routes and its defaults.

use std::{fmt, future::Future, sync::Arc};

use bytes::Bytes;
use http::Response;
use tower_service::Service;

use super::{
    fallback::{Fallback, erase},
    signal::Signals,
};
use crate::{
    app::{Assembly, Body, PeerFrom},
    route::{BoxError, Route, RouteOptions},
    socket::{Handle, Owner},
};

/// A server with its routes. It is configured with the methods below. Then [`listen`](Self::listen) or
/// [`serve`](Self::serve) runs it, or [`into_service`](Self::into_service) mounts it into another server.
///
/// # Options
/// Options that have the name of a [`ws_route`](crate::ws_route) key are defaults for all routes. The attribute of a
/// route overrides them. All other options belong to the server. Each method states its default and what happens if the
/// limit is exceeded.
///
/// `None` turns a limit off, like `off` in the attribute. A limit of zero would reject everything, so the server does
/// not start, and [`ServeError::Start`](crate::ServeError::Start) names the limit.
/// [`shutdown_timeout`](Self::shutdown_timeout) may be zero: the shutdown then does not wait.
/// [`handshake_timeout`](Self::handshake_timeout), [`max_header_bytes`](Self::max_header_bytes),
/// [`max_headers`](Self::max_headers) and [`shards`](Self::shards) cannot be turned off.
///
/// # Examples
/// ```no_run
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
/// # async fn run() -> Result<(), ws_runtime::ServeError> {
/// Server::new().route(Echo).listen("127.0.0.1:3000").await
/// # }
/// ```
#[must_use = "a server does nothing until it listens"]
pub struct Server {
    pub(crate) assembly: Assembly,
    pub(crate) fallback: Option<Fallback>,
    pub(crate) signals: Signals,
    pub(super) peer_from: Option<PeerFrom>,
    pub(crate) owner: Owner,
}

impl Server {
    /// Creates a server without routes.
    pub fn new() -> Self {
        let assembly = Assembly::new();
        let owner = Owner::new(Arc::clone(&assembly.directory));
        Self { assembly, fallback: None, signals: Signals::default(), peer_from: None, owner }
    }

    /// Adds a route. A type may be added only once, and no path may match two routes. Both are checked when the server
    /// starts.
    pub fn route<R: Route>(mut self, route: R) -> Self {
        self.assembly.add(route, RouteOptions::new(R::OPTIONS));
        self
    }

    /// Adds a route whose limits or origins are known only at run time. The closure receives the options of the
    /// attribute and changes them. It is called immediately.
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
    /// let origins = std::env::var("ORIGINS").unwrap_or_default();
    /// let origins = origins.split_whitespace().map(str::to_owned);
    /// let server = Server::new().route_with(Echo, |options| options.max_payload_length(4096).origins(origins));
    /// ```
    pub fn route_with<R: Route>(mut self, route: R, set: impl FnOnce(RouteOptions) -> RouteOptions) -> Self {
        self.assembly.add(route, set(RouteOptions::new(R::OPTIONS)));
        self
    }

    /// Sets the service for all requests that are not upgrades of a route, such as a page, a health check, or an axum
    /// or tower router. Without a fallback, such requests get 404, 405 or 426.
    ///
    /// A page and a route may share a path. A request may have some header fields of an upgrade without being one, for
    /// example because a proxy removed the others. If the fallback answers such a request with 404 or 405, the client
    /// gets 426 with the reason instead. An upgrade over HTTP/1.0 gets 426 at once.
    ///
    /// A panic in the service is logged, and the client gets 500.
    ///
    /// The extensions of the request contain the address of the client as a `SocketAddr`. It is missing where
    /// [`Socket::remote_addr`](crate::Socket::remote_addr) would be `None`, so extract it as an `Option`.
    ///
    /// The fallback may accept upgrades of its own, with `WebSocketUpgrade` of axum or as a reverse proxy: the extensions
    /// contain hyper's `OnUpgrade`. Such a stream counts for [`max_connections`](Self::max_connections) until it is
    /// dropped. A shutdown waits for it up to [`shutdown_timeout`](Self::shutdown_timeout); then it fails.
    ///
    /// # Examples
    /// A health check without a framework. An axum router is a service too: `server.fallback(router)`.
    ///
    /// ```
    /// use std::{convert::Infallible, future::{Ready, ready}, task::{Context, Poll}};
    ///
    /// use http::{Request, Response, StatusCode};
    /// use tower_service::Service;
    /// use ws_runtime::{Body, Server};
    ///
    /// #[derive(Clone)]
    /// struct Health;
    ///
    /// impl Service<Request<Body>> for Health {
    ///     type Response = Response<String>;
    ///     type Error = Infallible;
    ///     type Future = Ready<Result<Response<String>, Infallible>>;
    ///
    ///     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
    ///         Poll::Ready(Ok(()))
    ///     }
    ///
    ///     fn call(&mut self, request: Request<Body>) -> Self::Future {
    ///         let mut response = Response::new("ok".to_owned());
    ///         if request.uri().path() != "/health" {
    ///             *response.status_mut() = StatusCode::NOT_FOUND;
    ///         }
    ///         ready(Ok(response))
    ///     }
    /// }
    ///
    /// let server = Server::new().fallback(Health);
    /// ```
    pub fn fallback<S, B>(mut self, service: S) -> Self
    where
        S: Service<http::Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.fallback = Some(erase(service));
        self
    }

    /// Returns a handle to the server. It can publish outside of handlers, and shut the server down.
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.assembly.directory))
    }

    /// Shuts the server down when a future resolves, like [`Handle::shutdown`]. `listen` and `serve` return when every
    /// socket is closed, at the latest after [`shutdown_timeout`](Self::shutdown_timeout).
    /// [`shutdown_signal`](crate::shutdown_signal) returns a future for SIGINT and SIGTERM. If several futures are set,
    /// the first that resolves shuts the server down. Without a future, only the handle does.
    ///
    /// The future is polled while the server runs. If it panics, the panic is logged and the server shuts down too.
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
    /// # async fn run() -> Result<(), ws_runtime::ServeError> {
    /// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    /// let server = Server::new().route(Echo).shutdown_on(async {
    ///     let _ = stopped.await;
    /// });
    /// let handle = server.handle();
    /// let serving = tokio::spawn(server.listen("127.0.0.1:0"));
    ///
    /// let _ = stop.send(());
    /// assert_eq!(handle.ended().await.forced, 0);
    /// serving.await.expect("the server does not panic")
    /// # }
    /// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
    /// ```
    pub fn shutdown_on(mut self, signal: impl Future<Output = ()> + Send + 'static) -> Self {
        self.signals.add(signal);
        self
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("assembly", &self.assembly).finish_non_exhaustive()
    }
}
