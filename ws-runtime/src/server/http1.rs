//! HTTP until the 101: finds the route of a request, and takes the stream back from hyper once it is accepted.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::CONNECTION};
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    sync::oneshot,
    time::timeout,
};

use super::{Body, listener::transport, paced::Paced, serve::Running, spelling::spelled};
use crate::{
    admission::TaskGuard,
    app::{Arriving, Verdict, throw_away},
    connection::{Begun, Start},
    events::{Escaped, event},
    handshake::{Claim, Refusal, Reject, not_an_upgrade, problem},
};

/// How long the last bytes of an answer may take to be taken.
const LAST_BYTES: Duration = Duration::from_secs(5);

/// Speaks HTTP on one stream, until it ends or becomes a WebSocket.
pub(super) async fn speak<S>(
    running: Arc<Running>,
    stream: S,
    remote_addr: Option<SocketAddr>,
    shard: usize,
    task: TaskGuard,
) where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let stage = Arc::new(Mutex::new(Stage { task: Some(task), start: None, decides: false }));
    let service = Asked { running: Arc::clone(&running), remote_addr, shard, stage: Arc::clone(&stage) };
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(running.served.handshake_timeout);
    if let Some(bytes) = running.served.head.max_bytes {
        http.max_buf_size(bytes);
    }
    if let Some(fields) = running.served.head.max_headers {
        http.max_headers(fields);
    }
    let (stream, watch) = Paced::new(stream, running.served.handshake_timeout);
    let mut connection = http.serve_connection(TokioIo::new(stream), service);
    let mut stopping = false;
    let spoken = {
        // When the server stops, a request that is being answered still is; then the stream is closed.
        let mut stopped = pin!(running.served.stopped());
        let spoken = poll_fn(|cx| {
            if !stopping && stopped.as_mut().poll(cx).is_ready() {
                stopping = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            // An error here is a client that spoke no HTTP or went away; hyper has answered what can be answered.
            let polled = connection.poll_without_shutdown(cx).map(|spoken| spoken.is_ok());
            let decides = polled.is_pending() && lock(&stage).decides;
            if decides && watch.poll_gone(cx).is_ready() { Poll::Ready(false) } else { polled }
        });
        running.served.directory.unless_aborted(spoken).await
    };
    let start = lock(&stage).start.take();
    let parts = connection.into_parts();
    let Some((stream, ahead)) = parts.io.into_inner().into_inner(watch) else { return };
    if let Some(start) = start {
        // Nothing of hyper is kept, least of all its buffer. A stream that has not taken the whole 101 is of no use.
        let sent = spoken == Some(true);
        return start(sent.then(|| (transport(stream), [&parts.read_buf[..], &ahead].concat())));
    }
    if spoken.is_none() {
        return;
    }
    let _ = running.served.directory.unless_aborted(timeout(LAST_BYTES, finish(stream, stopping))).await;
}

/// Says that nothing more comes, and reads on until the client is done too: if bytes of its are left unread, the system
/// resets the connection, and the client may lose the answer (RFC 9112 §9.6). With `soon`, nobody waits for the client.
async fn finish<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, soon: bool) {
    if stream.shutdown().await.is_err() || soon {
        return;
    }
    // A stream that breaks has ended too.
    let _ = throw_away(&mut stream).await;
}

/// How far a stream is; its requests and whoever speaks on it share this.
struct Stage {
    /// What counts the stream, until it counts a connection.
    task: Option<TaskGuard>,
    /// Goes on with the connection that has begun, once HTTP is done with the 101.
    start: Option<Start>,
    /// Whether handlers of a handshake are deciding: for a client that is gone they are dropped.
    decides: bool,
}

fn lock(stage: &Mutex<Stage>) -> MutexGuard<'_, Stage> {
    stage.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers the requests of one stream.
struct Asked {
    running: Arc<Running>,
    remote_addr: Option<SocketAddr>,
    shard: usize,
    stage: Arc<Mutex<Stage>>,
}

impl Service<Request<Incoming>> for Asked {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (running, stage) = (Arc::clone(&self.running), Arc::clone(&self.stage));
        let (remote_addr, shard) = (self.remote_addr, self.shard);
        Box::pin(async move {
            let (parts, body) = request.into_parts();
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
            let asked = Arriving { parts, captures, remote_addr, shard };
            lock(&stage).decides = true;
            let verdict = running.served.admit(mount, asked).await;
            lock(&stage).decides = false;
            Ok(match verdict {
                Verdict::Accepted(response, begin) => {
                    // A stream becomes a WebSocket once, so the task is still here.
                    let task = lock(&stage).task.take();
                    if let Some(Begun { start, opening }) = task.map(begin) {
                        lock(&stage).start = Some(start);
                        if let Some(opening) = opening {
                            let _ = opening.await;
                        }
                    }
                    spelled(response.map(|()| Body::full(Bytes::new())))
                }
                Verdict::Refused(response) => spelled(response.map(Body::full)),
            })
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
        let mut request = request.map(|body| Body::incoming(body, self.served.body_timeout, late));
        if let Some(client) = client {
            request.extensions_mut().insert(client);
        }
        match in_time(fallback(request), is_late).await {
            Some(Ok(response)) => response,
            Some(Err(error)) => {
                event!(self.served.events, ERROR, error = %Escaped(error), "the fallback service failed");
                let mut response = Response::new(Body::full(Bytes::new()));
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
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

/// The fallback's answer, unless that says that there is no such page and the request was an upgrade that something spoilt: then
/// the client is told what.
fn explained(answered: Response<Body>, cause: Option<&'static str>) -> Response<Body> {
    match (answered.status(), cause) {
        (StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED, Some(cause)) => {
            answer(not_an_upgrade(cause))
        }
        _ => answered,
    }
}

/// Waits for an answer. `None` if the request's body was late, whatever the answer to that is: the body may be read by another
/// task, which cannot answer.
async fn in_time<T>(answering: impl Future<Output = T>, is_late: oneshot::Receiver<()>) -> Option<T> {
    let (mut answering, mut is_late) = (pin!(answering), Some(is_late));
    poll_fn(|cx| {
        let answered = answering.as_mut().poll(cx);
        match is_late.as_mut().map(|is_late| Pin::new(is_late).poll(cx)) {
            Some(Poll::Ready(Ok(()))) => return Poll::Ready(None),
            // The body was read to its end, or dropped.
            Some(Poll::Ready(Err(_))) => is_late = None,
            Some(Poll::Pending) | None => {}
        }
        answered.map(Some)
    })
    .await
}

fn answer(reject: Reject) -> Response<Body> {
    match reject.into_refusal() {
        Refusal::Response(response) => spelled(response.map(Body::full)),
        // Nothing that is answered here is accepted, so there is nobody to send a close frame to.
        Refusal::Close(_) => answer(problem(StatusCode::FORBIDDEN, "refused")),
    }
}
