//! An in-memory server for tests.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as _;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

use super::Connect;
use crate::{
    app::{Body, Served, StartErrors},
    contract::Endpoint,
    route::BoxError,
    server::{Fallback, Server, stopped},
    socket::Handle,
};

/// An in-memory server for the clients of a test.
///
/// It runs in tokio's runtime. Dropping it leaves its connections open, so a function may return a client alone.
/// [`shut_down`](Self::shut_down) ends them.
///
/// # Examples
/// ```
/// use ws_runtime::{Close, Reject, Server, testing::Site, ws_route};
///
/// struct Secret;
///
/// #[ws_route("/secret", response = String)]
/// impl Secret {
///     fn before_handle(&self, request: &ws_runtime::Handshake<Self>) -> Result<(), Reject> {
///         match request.headers().get("authorization") {
///             Some(token) if token == "Bearer 42" => Ok(()),
///             _ => Err(Reject::status(401)),
///         }
///     }
///
///     fn open(&self) -> Vec<String> {
///         vec!["the answer".to_owned()]
///     }
/// }
///
/// # async fn test() {
/// let site = Site::start(Server::new().route(Secret));
/// let refused = site.connect::<Secret>("/secret").await.expect_err("no token was sent");
/// assert_eq!(refused.status(), 401);
///
/// let admitted = site.connect::<Secret>("/secret").header("authorization", "Bearer 42").await;
/// let mut client = admitted.expect("the token is right");
/// assert_eq!(client.receive().await, "the answer");
///
/// client.close(Close::NORMAL).await;
/// assert_eq!(client.receive_close().await.0, Some(1000));
/// site.shut_down().await;
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(test());
/// ```
pub struct Site {
    pub(super) served: Arc<Served>,
    fallback: Option<Fallback>,
    /// The task that ends when a shutdown is complete.
    serving: JoinHandle<()>,
}

impl Site {
    /// Serves the routes of a [`Server`](crate::Server), with its options.
    ///
    /// # Panics
    /// If the server cannot start as configured (the message lists all mistakes), or if called outside of tokio's
    /// runtime.
    #[track_caller]
    pub fn start(server: Server) -> Self {
        match Self::try_start(server) {
            Ok(site) => site,
            Err(errors) => panic!("{errors:?}"),
        }
    }

    /// Serves the routes of a [`Server`](crate::Server), with its options.
    ///
    /// # Errors
    /// [`StartErrors`] with all mistakes, if the server cannot start as configured.
    ///
    /// # Panics
    /// If called outside of tokio's runtime.
    pub fn try_start(server: Server) -> Result<Self, StartErrors> {
        let Server { assembly, fallback, signals, owner, .. } = server;
        let served = Arc::new(assembly.build(Vec::new())?);
        let supervisor = served.start();
        let serving = tokio::spawn({
            let served = Arc::clone(&served);
            async move {
                stopped(&served, signals).await;
                // A panic in it would be a bug of this library, and is reported where it happened.
                let _ = supervisor.await;
                drop(owner);
            }
        });
        Ok(Self { served, fallback, serving })
    }

    /// Begins a handshake with the route `E`. `target` is the path and the query of the request. Awaiting the result
    /// connects.
    ///
    /// # Errors
    /// [`Refused`](super::Refused), when awaited, contains the response if it is not a 101. After a
    /// [`Reject::close`](crate::Reject::close) the client is connected, and its first event is the close frame.
    ///
    /// # Panics
    /// When awaited, if the target is malformed or belongs to another route.
    #[track_caller]
    pub fn connect<E: Endpoint>(&self, target: &str) -> Connect<'_, E> {
        Connect::new(self, target)
    }

    /// Sends a request to the server's fallback and returns its response with the whole body.
    ///
    /// The request reaches the fallback unchanged. No route is searched, no limit is checked, and the test may set the
    /// extensions of the request. On the network, upgrades of a route do not reach the fallback.
    ///
    /// # Errors
    /// The error of the fallback or of its body. On the network, the client would get 500 or a truncated body.
    ///
    /// # Panics
    /// If the server has no fallback.
    ///
    /// # Examples
    /// ```
    /// use std::{convert::Infallible, future::{Ready, ready}, task::{Context, Poll}};
    ///
    /// use http::{Request, Response};
    /// use ws_runtime::{Bytes, Server, server::Body, testing::Site};
    ///
    /// #[derive(Clone)]
    /// struct Health;
    ///
    /// impl tower_service::Service<Request<Body>> for Health {
    ///     type Response = Response<String>;
    ///     type Error = Infallible;
    ///     type Future = Ready<Result<Response<String>, Infallible>>;
    ///
    ///     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
    ///         Poll::Ready(Ok(()))
    ///     }
    ///
    ///     fn call(&mut self, request: Request<Body>) -> Self::Future {
    ///         ready(Ok(Response::new(format!("{} is up", request.uri().path()))))
    ///     }
    /// }
    ///
    /// # async fn test() {
    /// let site = Site::start(Server::new().fallback(Health));
    /// let response = site.request(Request::get("/health").body(Bytes::new()).unwrap()).await.unwrap();
    /// assert_eq!(response.body(), "/health is up");
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(test());
    /// ```
    #[track_caller]
    pub fn request(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, BoxError>> + Send + use<> {
        let Some(fallback) = &self.fallback else { panic!("the server has no fallback") };
        let answering = fallback(request.map(Body::full));
        async move {
            let (parts, mut body) = answering.await?.into_parts();
            let mut whole = Vec::new();
            while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
                // Frames of trailers are not part of the body.
                if let Ok(data) = frame?.into_data() {
                    whole.extend_from_slice(&data);
                }
            }
            Ok(Response::from_parts(parts, whole.into()))
        }
    }

    /// Returns a handle to the server. It can publish outside of handlers, and shut the server down.
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.served.directory))
    }

    /// Waits until every task of the test's runtime waits for another task or for the clock. By then, publishes have
    /// arrived.
    ///
    /// The clock advances by up to two milliseconds.
    ///
    /// # Panics
    /// If tokio's clock is not paused, because idleness cannot be detected otherwise.
    pub async fn settled(&self) {
        assert!(
            is_paused(),
            "`settled` needs tokio's clock to be paused: `#[tokio::test(start_paused = true)]`"
        );
        // A paused clock advances only when no task can run.
        sleep(Duration::from_millis(1)).await;
    }

    /// Returns the memory queued for all sockets, in bytes, which `outbound_total` limits.
    #[doc(hidden)]
    pub fn queued_memory(&self) -> usize {
        self.served.queued_memory()
    }

    /// Returns the memory held for inbound messages, in bytes, which `inbound_total` limits.
    #[doc(hidden)]
    pub fn held_memory(&self) -> usize {
        self.served.held_memory()
    }

    /// Shuts down like a server: refuses new connections, closes every socket with 1001, waits for the handlers for at
    /// most `shutdown_timeout`, and then aborts them. Returns when no task is left.
    ///
    /// The clients must read the close frames meanwhile, for example with `tokio::join!`. Clients that do not are cut
    /// off after `close_timeout`.
    ///
    /// # Cancel safety
    /// If the future is dropped, the shutdown continues.
    pub async fn shut_down(self) {
        self.handle().shutdown();
        // A panic of this task would be a bug of this library, and is printed where it happens.
        let _ = self.serving.await;
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").finish_non_exhaustive()
    }
}

/// Returns true if tokio's clock is paused.
fn is_paused() -> bool {
    let (tokios, began) = (Instant::now(), std::time::Instant::now());
    while began.elapsed().is_zero() {
        std::hint::spin_loop();
    }
    Instant::now() == tokios
}
