//! HTTP until the 101: finds the route of a request, and takes the stream back from hyper after an upgrade.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::CONNECTION};
use hyper::{body::Incoming, server::conn::http1, service::Service, upgrade::OnUpgrade};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    sync::oneshot,
    time::timeout,
};

use super::{
    paced::{Cut, Paced, Watch},
    serve::Running,
    spelling::spelled,
    timed_body::TimedBody,
};
use crate::{
    admission::TaskGuard,
    app::{Arriving, Body, discard_input},
    connection::{NewConnection, Pending},
    events::{Escaped, event},
    handshake::{Claim, Reject, RejectOutcome, not_an_upgrade, problem},
    panics::catch,
    socket::{Directory, Transport},
    turn::DeferringWaker,
};

/// The maximum time for the client to read the last bytes of a response.
const LAST_BYTES: Duration = Duration::from_secs(5);

/// Serves HTTP on one stream until it ends or becomes a WebSocket.
pub(super) async fn speak<S>(
    running: Arc<Running>,
    stream: S,
    remote_addr: Option<SocketAddr>,
    shard: usize,
    guard: TaskGuard,
) where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let stage = Stage::new(guard);
    let service = HttpService { running: &running, remote_addr, shard, stage: &stage };
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(running.served.handshake_timeout);
    if let Some(bytes) = running.served.head.max_bytes {
        http.max_buf_size(bytes);
    }
    if let Some(fields) = running.served.head.max_headers {
        http.max_headers(fields);
    }
    let (stream, watch) = Paced::new(stream, running.served.handshake_timeout);
    let mut connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut stopping = false;
    // hyper wakes its own task after some requests of a client that does not wait for responses.
    let waker = DeferringWaker::new();
    let spoken = {
        // During a shutdown, a request in progress is still answered. Then the stream is closed.
        let mut stopped = pin!(running.served.stopped());
        let spoken = poll_fn(|cx| {
            if !stopping && stopped.as_mut().poll(cx).is_ready() {
                stopping = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            // An error means that the client did not speak HTTP or has disconnected. hyper has already answered if
            // possible.
            let polled = waker.poll(cx, |cx| Pin::new(&mut connection).poll(cx).map(|spoken| spoken.is_ok()));
            let decides = polled.is_pending() && stage.is_deciding();
            if decides && watch.poll_gone(cx).is_ready() { Poll::Ready(false) } else { polled }
        });
        running.served.directory.shutdown().unless_aborted(spoken).await
    };
    // Unless the stream was upgraded, this gives it up.
    drop(connection);
    let guard = match stage.replace(Use::Upgrading) {
        Use::WebSocket(pending, upgrade) => {
            // A stream that has not accepted the whole 101 is useless.
            return pending.hand_over(if spoken == Some(true) {
                taken_back(upgrade, watch).await
            } else {
                None
            });
        }
        Use::Http(guard) => guard,
        Use::Upgrading => return,
    };
    match watch.into_inner() {
        Ok(stream) if spoken.is_some() => {
            let finished = timeout(LAST_BYTES, finish(stream, stopping));
            let _ = running.served.directory.shutdown().unless_aborted(finished).await;
            drop(guard);
        }
        Ok(_) => {}
        Err(watch) => leave(&running.served.directory, watch, guard),
    }
}

/// Takes the stream of a WebSocket back from hyper, with the bytes that the client sent right after its handshake. Nothing
/// of hyper is kept, especially not its buffer.
async fn taken_back<S>(upgrade: Option<OnUpgrade>, watch: Watch<S>) -> Option<(Transport, Vec<u8>)>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    // It has resolved, because HTTP has ended.
    let upgraded = upgrade?.await.ok()?;
    let parts = upgraded.downcast::<TokioIo<Paced<S>>>().ok()?;
    let (stream, ahead) = parts.io.into_inner().into_inner(watch)?;
    Some((Transport::of(stream), [&parts.read_buf[..], &ahead].concat()))
}

/// Leaves a stream to the fallback, which has upgraded it. The stream counts as a connection until it is dropped, at the
/// latest until the deadline of a shutdown.
fn leave<S: Send + 'static>(directory: &Arc<Directory>, watch: Watch<S>, guard: TaskGuard) {
    let aborted = || -> Cut {
        let directory = Arc::clone(directory);
        Box::pin(async move { directory.shutdown().aborted().await })
    };
    let dropped = watch.give(aborted);
    let directory = Arc::clone(directory);
    tokio::spawn(async move {
        let _ = directory.shutdown().unless_aborted(dropped).await;
        drop(guard);
    });
}

/// Shuts down the write half, and reads until the client has ended the stream too. With unread input, the kernel would
/// reset the connection, and the client might lose the response (RFC 9112 §9.6). If `soon` is true, does not wait for
/// the client.
async fn finish<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, soon: bool) {
    if stream.shutdown().await.is_err() || soon {
        return;
    }
    // If the stream is broken, the client can read no more.
    let _ = discard_input(&mut stream).await;
}

/// State that the requests of one HTTP connection share with the task that drives the connection. At most one request
/// can turn the connection into a WebSocket.
struct Stage {
    /// True while handshake handlers run. If the client disconnects then, the handlers are dropped.
    deciding: AtomicBool,
    stream: Mutex<Use>,
}

/// The use of a stream.
enum Use {
    /// The stream is used for HTTP. The guard counts it.
    Http(TaskGuard),
    /// A WebSocket connection waits for the stream. The same guard counts it.
    WebSocket(Pending, Option<OnUpgrade>),
    /// The guard is being passed to the WebSocket connection.
    Upgrading,
}

impl Stage {
    fn new(guard: TaskGuard) -> Self {
        Self { deciding: AtomicBool::new(false), stream: Mutex::new(Use::Http(guard)) }
    }

    fn is_deciding(&self) -> bool {
        self.deciding.load(Ordering::Relaxed)
    }

    /// Begins a WebSocket connection. Returns when its `open` has returned or waits.
    async fn begin_connection(&self, connection: NewConnection, upgrade: Option<OnUpgrade>) {
        let Use::Http(guard) = self.replace(Use::Upgrading) else { return };
        let mut pending = connection.begin(guard);
        pending.opened().await;
        self.replace(Use::WebSocket(pending, upgrade));
    }

    fn replace(&self, stream: Use) -> Use {
        std::mem::replace(&mut *self.stream.lock().unwrap_or_else(PoisonError::into_inner), stream)
    }
}

/// Answers the requests of one stream.
struct HttpService<'a> {
    running: &'a Running,
    remote_addr: Option<SocketAddr>,
    shard: usize,
    stage: &'a Stage,
}

impl<'a> Service<Request<Incoming>> for HttpService<'a> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send + 'a>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let Self { running, remote_addr, shard, stage } = *self;
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let found = match running.served.find(&parts) {
                Ok(found) => found,
                Err(reject) => return Ok(answer(reject)),
            };
            let claim = if running.fallback.is_some() { Claim::of(&parts) } else { Claim::Route };
            let (mount, captures) = match (found, claim) {
                (Some(found), Claim::Route) => found,
                (found, claim) => {
                    let cause = match claim {
                        Claim::Spoilt(cause) if found.is_some() => Some(cause),
                        _ => None,
                    };
                    let answered = running.fall_back(Request::from_parts(parts, body), remote_addr).await;
                    return Ok(explained(answered, cause));
                }
            };
            let upgrade = parts.extensions.remove();
            let asked = Arriving { parts, captures, remote_addr, via_proxy: false, shard };
            stage.deciding.store(true, Ordering::Relaxed);
            let (response, connection) = running.served.run_handshake(mount, asked).await;
            stage.deciding.store(false, Ordering::Relaxed);
            if let Some(connection) = connection {
                stage.begin_connection(connection, upgrade).await;
            }
            Ok(spelled(response.map(Body::full)))
        })
    }
}

impl Running {
    async fn fall_back(&self, request: Request<Incoming>, remote_addr: Option<SocketAddr>) -> Response<Body> {
        let Some(fallback) = &self.fallback else {
            return answer(problem(StatusCode::NOT_FOUND, "there is no such path"));
        };
        let client = self.served.client(request.headers(), remote_addr);
        let (late, is_late) = oneshot::channel();
        let mut request =
            request.map(|body| Body::boxed(TimedBody::new(body, self.served.body_timeout, late)));
        if let Some(client) = client {
            request.extensions_mut().insert(client);
        }
        let mut answering = fallback(request);
        let answering = poll_fn(|cx| match catch(|| answering.as_mut().poll(cx)) {
            Ok(polled) => polled.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        });
        match in_time(answering, is_late).await {
            Some(Ok(Ok(response))) => response,
            Some(Ok(Err(error))) => {
                event!(self.served.events, ERROR, error = %Escaped(error), "the fallback service failed");
                internal_error()
            }
            Some(Err(panic)) => {
                event!(self.served.events, ERROR, panic = %Escaped(panic), "the fallback service panicked");
                internal_error()
            }
            None => {
                let reject = problem(StatusCode::REQUEST_TIMEOUT, "the request's body took too long");
                let mut response = answer(reject);
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                response
            }
        }
    }
}

fn internal_error() -> Response<Body> {
    let mut response = Response::new(Body::full(Bytes::new()));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// Returns the response of the fallback. If the fallback has no page there and the request was a broken upgrade,
/// returns the reason for that instead.
fn explained(answered: Response<Body>, cause: Option<&'static str>) -> Response<Body> {
    match (answered.status(), cause) {
        (StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED, Some(cause)) => {
            answer(not_an_upgrade(cause))
        }
        _ => answered,
    }
}

/// Waits for a response. `None` if reading the request body timed out. A response is then ignored: another task may
/// read the body, and it cannot respond.
async fn in_time<T>(answering: impl Future<Output = T>, is_late: oneshot::Receiver<()>) -> Option<T> {
    let (mut answering, mut is_late) = (pin!(answering), Some(is_late));
    poll_fn(|cx| {
        let answered = answering.as_mut().poll(cx);
        match is_late.as_mut().map(|is_late| Pin::new(is_late).poll(cx)) {
            Some(Poll::Ready(Ok(()))) => return Poll::Ready(None),
            // The body was read completely or dropped.
            Some(Poll::Ready(Err(_))) => is_late = None,
            Some(Poll::Pending) | None => {}
        }
        answered.map(Some)
    })
    .await
}

fn answer(reject: Reject) -> Response<Body> {
    match reject.into_refusal() {
        RejectOutcome::Response(response) => spelled(response.map(Body::full)),
        // No handshake was accepted here, so no close frame can be sent.
        RejectOutcome::Close(_) => answer(problem(StatusCode::FORBIDDEN, "refused")),
    }
}
