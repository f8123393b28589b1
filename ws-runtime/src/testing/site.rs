//! Routes that are served to clients of the same test.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
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
    app::{Served, StartError},
    contract::Endpoint,
    route::BoxError,
    server::{Body, Fallback, Server, stopped},
    socket::Handle,
};

/// Routes that are served to clients of the same test, in memory.
///
/// It lives in tokio's runtime. Dropping it leaves the connections to themselves; [`shut_down`](Self::shut_down) ends them.
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
    /// Ends when a shutdown is done.
    serving: JoinHandle<()>,
    shard: AtomicUsize,
}

impl Site {
    /// Serves the routes of a [`Server`](crate::Server), with its options.
    ///
    /// # Panics
    /// If the server cannot be started as it is put together, with all that is wrong; or outside tokio's runtime.
    #[track_caller]
    pub fn start(server: Server) -> Self {
        match Self::try_start(server) {
            Ok(site) => site,
            Err(errors) => panic!("the server cannot be started: {errors:?}"),
        }
    }

    /// Serves the routes of a [`Server`](crate::Server), with its options.
    ///
    /// # Errors
    /// All that keeps the server from starting; the application's fault.
    ///
    /// # Panics
    /// Outside tokio's runtime.
    pub fn try_start(server: Server) -> Result<Self, Vec<StartError>> {
        let Server { assembly, fallback, signals } = server;
        let served = Arc::new(assembly.build()?);
        let flushers = served.start_flushers();
        let serving = tokio::spawn({
            let served = Arc::clone(&served);
            async move {
                stopped(&served, signals).await;
                served.shut_down(flushers).await;
            }
        });
        Ok(Self { served, fallback, serving, shard: AtomicUsize::new(0) })
    }

    /// Begins an opening handshake with the route `E`: `target` is the path and the query as they stand in the request.
    /// Awaiting it connects.
    ///
    /// # Errors
    /// [`Refused`](super::Refused), when awaited: the response in place of the 101. A
    /// [`Reject::close`](crate::Reject::close) is none: the client is connected, and its first event is the close frame.
    ///
    /// # Panics
    /// When awaited, if the target is no target, or of another route than `E`.
    #[track_caller]
    pub fn connect<E: Endpoint>(&self, target: &str) -> Connect<'_, E> {
        Connect::new(self, target)
    }

    /// Sends a request to the server's fallback, and returns its response with the whole body.
    ///
    /// The request reaches the fallback as it is: no route is looked for, no limit is checked, and its extensions are the test's to
    /// set. On the network a request that asks for an upgrade of a route never gets here.
    ///
    /// # Errors
    /// The fallback's error, or that of its body; on the network the client gets 500, or a cut body.
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
                // Trailers are not part of the body.
                if let Ok(data) = frame?.into_data() {
                    whole.extend_from_slice(&data);
                }
            }
            Ok(Response::from_parts(parts, whole.into()))
        }
    }

    /// Returns a handle, which publishes from outside handlers and shuts the site down.
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.served.directory))
    }

    /// Waits until every task of the test's runtime has nothing left to do but to wait for another one's doing, or for the
    /// clock. What was published has arrived then.
    ///
    /// The clock moves on by up to two milliseconds.
    ///
    /// # Panics
    /// If tokio's clock is not paused: only then can this be told.
    pub async fn settled(&self) {
        assert!(
            is_paused(),
            "`settled` needs tokio's clock to be paused: `#[tokio::test(start_paused = true)]`"
        );
        // A paused clock moves when nothing else can.
        sleep(Duration::from_millis(1)).await;
    }

    /// Returns how much memory is queued for all sockets together, in bytes, as `outbound_total` limits it.
    #[doc(hidden)]
    pub fn queued_memory(&self) -> usize {
        self.served.queued_memory()
    }

    /// Returns how much memory is held of what all clients sent, in bytes, as `inbound_total` limits it.
    #[doc(hidden)]
    pub fn held_memory(&self) -> usize {
        self.served.held_memory()
    }

    /// Shuts down as a server does: refuses whoever comes, closes every socket with 1001, waits for the handlers until
    /// `shutdown_timeout`, then aborts them. Returns when no task is left.
    ///
    /// The clients have to read the close frames: ask them beside this, with `tokio::join!` for example. Those that do not
    /// are cut off after `close_timeout`.
    ///
    /// # Cancel safety
    /// The shutdown goes on when the future is dropped.
    pub async fn shut_down(self) {
        self.handle().shutdown();
        // A panic in there would be one of ours, and is reported where it happened.
        let _ = self.serving.await;
    }

    /// Connections are divided as the server divides them.
    pub(super) fn next_shard(&self) -> usize {
        self.shard.fetch_add(1, Ordering::Relaxed) % self.served.shards()
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").finish_non_exhaustive()
    }
}

/// Whether tokio's clock stands still while time goes by.
fn is_paused() -> bool {
    let (tokios, began) = (Instant::now(), std::time::Instant::now());
    while began.elapsed().is_zero() {
        std::hint::spin_loop();
    }
    Instant::now() == tokios
}
