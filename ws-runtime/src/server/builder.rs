//! A server before it listens: its routes and its defaults.

use std::{any::TypeId, collections::HashMap, fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::Response;
use matchit::Router;
use tower_service::Service;

use super::{
    Body, ServeError, StartError,
    error::Fault,
    fallback::{Fallback, erase},
};
use crate::{
    connection::{Mount, Mounted},
    contract::Contract,
    handshake::HeadLimits,
    pubsub::Shard,
    route::{BoxError, OnInvalid, Options, Route},
    socket::{Directory, Handle, Hub},
};

/// The least that hyper's buffer may be limited to, in bytes.
const LEAST_HEADER_BYTES: usize = 8192;

/// A server of routes: put together, then run by [`listen`](Self::listen) or [`serve`](Self::serve).
///
/// An option that is set here holds for every route whose attribute does not set it. Zero turns a limit off.
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
    routes: Vec<Adding>,
    pub(super) fallback: Option<Fallback>,
    defaults: Options,
    pub(super) handshake_timeout: Duration,
    pub(super) head: HeadLimits,
    pub(super) shutdown_timeout: Duration,
    shards: usize,
    pub(super) directory: Arc<Directory>,
}

/// A route that waits for the server's options to be known.
struct Adding {
    path: &'static str,
    id: TypeId,
    mount: Box<dyn FnOnce(&Building<'_>) -> Result<(Arc<dyn Mount>, Arc<Hub>), StartError> + Send>,
}

struct Building<'a> {
    defaults: &'a Options,
    shards: &'a [Arc<Shard>],
    directory: &'a Arc<Directory>,
}

/// What is served: all that was put together, checked.
pub(super) struct Routes {
    pub(super) by_path: Router<Arc<dyn Mount>>,
    pub(super) all: Vec<Arc<dyn Mount>>,
    pub(super) shards: Vec<Arc<Shard>>,
}

impl Server {
    /// Makes a server without routes.
    pub fn new() -> Self {
        Self {
            routes: Vec::new(),
            fallback: None,
            defaults: Options::UNSET,
            handshake_timeout: Duration::from_secs(10),
            head: HeadLimits::DEFAULT,
            shutdown_timeout: Duration::from_secs(30),
            shards: std::thread::available_parallelism().map_or(1, usize::from),
            directory: Arc::default(),
        }
    }

    /// Adds a route. A type is one route of a server; its path may not match what another's does. Both are looked at when
    /// the server starts.
    pub fn route<R: Route>(mut self, route: R) -> Self {
        let path = <R::Contract as Contract>::PATH;
        let mount = Box::new(move |building: &Building<'_>| building.mount(route));
        self.routes.push(Adding { path, id: TypeId::of::<R>(), mount });
        self
    }

    /// Sets the service that answers every request which is not an upgrade for a route: a page, a health check, an axum or
    /// tower router. Without it they get 404, 405 or 426.
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

    /// Returns a handle, which publishes from outside handlers and shuts the server down.
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.directory))
    }

    /// Limits a message, all its fragments together, in bytes; 1 MiB unless set. Past it the connection is closed with 1009.
    pub fn max_payload_length(mut self, bytes: usize) -> Self {
        self.defaults.max_payload_length = Some(bytes);
        self
    }

    /// Limits the frames that one message may consist of; 16,384 unless set. Past it the connection is closed with 1008.
    pub fn max_fragments(mut self, frames: usize) -> Self {
        self.defaults.max_fragments = Some(frames);
        self
    }

    /// Limits how long a message may take from its first byte to its last; 30 s unless set. Past it the connection is closed
    /// with 1008.
    pub fn fragment_timeout(mut self, timeout: Duration) -> Self {
        self.defaults.fragment_timeout = Some(timeout);
        self
    }

    /// Limits how long a peer may send nothing at all; 120 s unless set. Only what arrives counts, not what is sent. Past it
    /// the connection is closed with 1001.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.defaults.idle_timeout = Some(timeout);
        self
    }

    /// Whether a silent peer gets a ping after half of `idle_timeout`, which a live one answers; on unless set.
    pub fn send_pings(mut self, on: bool) -> Self {
        self.defaults.send_pings = Some(on);
        self
    }

    /// Limits what is queued for one socket, in bytes; 16 MiB unless set. What is sent beyond it is dropped.
    pub fn backpressure_limit(mut self, bytes: usize) -> Self {
        self.defaults.backpressure_limit = Some(bytes);
        self
    }

    /// Whether a socket whose queue is full is closed, with 1008, instead of missing messages; off unless set.
    pub fn close_on_backpressure_limit(mut self, on: bool) -> Self {
        self.defaults.close_on_backpressure_limit = Some(on);
        self
    }

    /// Limits the frames a second that a peer may send, control frames included; off unless set. Past it the connection is
    /// closed with 1008.
    pub fn rate_limit(mut self, frames: u32) -> Self {
        self.defaults.rate_limit = Some(frames);
        self
    }

    /// Limits the invalid messages in a row; off unless set. Past it the connection is closed with 1008.
    pub fn max_invalid(mut self, messages: u32) -> Self {
        self.defaults.max_invalid = Some(messages);
        self
    }

    /// Whether `publish` on a socket reaches that socket too, if it is subscribed; off unless set.
    pub fn publish_to_self(mut self, on: bool) -> Self {
        self.defaults.publish_to_self = Some(on);
        self
    }

    /// What an invalid message gets where `error` does not say; [`OnInvalid::Reply`] unless set.
    pub fn on_invalid(mut self, answer: OnInvalid) -> Self {
        self.defaults.on_invalid = Some(answer);
        self
    }

    /// Limits how long the closing handshake may take; 10 s unless set. Past it the connection is dropped.
    pub fn close_timeout(mut self, timeout: Duration) -> Self {
        self.defaults.close_timeout = Some(timeout);
        self
    }

    /// Limits how long a request's head may take to arrive, and then its handlers to decide; 10 s unless set. Past it the
    /// client gets 408, or the connection is closed.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// Limits a request's line and header fields together, in bytes; 16 KiB unless set, and at least 8 KiB. Past it the client
    /// gets 431.
    pub fn max_header_bytes(mut self, bytes: usize) -> Self {
        self.head.max_bytes = Some(bytes);
        self
    }

    /// Limits the header fields of a request; 100 unless set. Past it the client gets 431.
    pub fn max_headers(mut self, fields: usize) -> Self {
        self.head.max_headers = Some(fields);
        self
    }

    /// Limits how long a shutdown waits for handlers and queues; 30 s unless set. Past it they are aborted.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.shutdown_timeout = timeout;
        self
    }

    /// Sets into how many shards the connections are divided, each with one task that hands out what is published; as many as
    /// there are cores unless set.
    pub fn shards(mut self, shards: usize) -> Self {
        self.shards = shards;
        self
    }

    /// Checks all that was put together, and collects what is wrong with it.
    pub(super) fn build(&mut self) -> Result<Routes, ServeError> {
        let mut errors = self.check_limits();
        let shards: Vec<_> = (0..self.shards.max(1)).map(|_| Arc::<Shard>::default()).collect();
        let building = Building { defaults: &self.defaults, shards: &shards, directory: &self.directory };
        let (mut by_path, mut all, mut hubs) = (Router::new(), Vec::new(), HashMap::new());
        for Adding { path, id, mount } in self.routes.drain(..) {
            match mount(&building) {
                Ok((mount, hub)) => {
                    if hubs.insert(id, hub).is_some() {
                        errors.push(StartError::new(Fault::Twice { path }));
                    } else if let Err(error) = by_path.insert(path, Arc::clone(&mount)) {
                        errors.push(StartError::new(Fault::Path { path, why: error.to_string() }));
                    }
                    all.push(mount);
                }
                Err(error) => errors.push(error),
            }
        }
        if !errors.is_empty() {
            return Err(ServeError::Start(errors));
        }
        self.directory.fill(hubs);
        Ok(Routes { by_path, all, shards })
    }

    fn check_limits(&self) -> Vec<StartError> {
        let mut errors = Vec::new();
        let mut limit = |wrong: bool, what, why| {
            if wrong {
                errors.push(StartError::new(Fault::Limit { what, why }));
            }
        };
        let least = self.head.max_bytes.is_some_and(|bytes| bytes < LEAST_HEADER_BYTES);
        limit(least, "max_header_bytes", "it is at least 8192");
        limit(self.head.max_headers == Some(0), "max_headers", "a request has header fields");
        limit(
            self.handshake_timeout.is_zero(),
            "handshake_timeout",
            "a client would never be done in no time",
        );
        limit(self.shards == 0, "shards", "connections are on one of them");
        errors
    }
}

impl Building<'_> {
    fn mount<R: Route>(&self, route: R) -> Result<(Arc<dyn Mount>, Arc<Hub>), StartError> {
        let path = <R::Contract as Contract>::PATH;
        let mounted = Mounted::new(route, self.defaults, self.shards, self.directory)
            .map_err(|source| StartError::new(Fault::Setup { path, source }))?;
        let hub = mounted.hub();
        Ok((Arc::new(mounted), hub))
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes: Vec<_> = self.routes.iter().map(|route| route.path).collect();
        f.debug_struct("Server").field("routes", &routes).finish_non_exhaustive()
    }
}
