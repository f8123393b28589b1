//! HTTP until the 101: finds the route of a request, and takes the stream back from hyper once it is accepted.

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

use super::{Body, listener::transport, paced::Paced, serve::Running, spelling::spelled};
use crate::{
    admission::TaskGuard,
    app::{Arriving, Verdict, throw_away},
    connection::{Begun, Start},
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
    let stage = Arc::new(Mutex::new(Stage { task: Some(task), start: None }));
    let service = Asked { running: Arc::clone(&running), remote_addr, shard, stage: Arc::clone(&stage) };
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(running.served.handshake_timeout);
    if let Some(bytes) = running.served.head.max_bytes {
        http.max_buf_size(bytes);
    }
    if let Some(fields) = running.served.head.max_headers {
        http.max_headers(fields);
    }
    let stream = Paced::new(stream, running.served.handshake_timeout);
    let mut connection = http.serve_connection(TokioIo::new(stream), service);
    let mut stopping = false;
    let spoken = {
        // When the server stops, a request that is being answered still is; then the stream is closed.
        let mut stopped = pin!(running.served.stopped());
        let spoken = std::future::poll_fn(|cx| {
            if !stopping && stopped.as_mut().poll(cx).is_ready() {
                stopping = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            // An error here is a client that spoke no HTTP or went away; hyper has answered what can be answered.
            connection.poll_without_shutdown(cx)
        });
        running.served.directory.unless_aborted(spoken).await
    };
    let start = lock(&stage).start.take();
    let parts = connection.into_parts();
    let stream = parts.io.into_inner().into_inner();
    if let Some(start) = start {
        // Nothing of hyper is kept, least of all its buffer. A stream that has not taken the whole 101 is of no use.
        let sent = matches!(spoken, Some(Ok(())));
        return start(sent.then(|| (transport(stream), parts.read_buf.to_vec())));
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
            Ok(match running.served.admit(mount, asked).await {
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
        let mut request = request.map(Body::incoming);
        if let Some(client) = client {
            request.extensions_mut().insert(client);
        }
        fallback(request).await
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

fn answer(reject: Reject) -> Response<Body> {
    match reject.into_refusal() {
        Refusal::Response(response) => spelled(response.map(Body::full)),
        // Nothing that is answered here is accepted, so there is nobody to send a close frame to.
        Refusal::Close(_) => answer(problem(StatusCode::FORBIDDEN, "refused")),
    }
}
