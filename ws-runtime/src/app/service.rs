//! The started routes as a tower service, for applications that listen themselves.

use std::{
    convert::Infallible,
    fmt,
    future::{Future, ready},
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Extensions, Method, Request, Response, StatusCode, request};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tower_service::Service;

use super::{
    Arriving, Body, Served,
    host_upgrade::{HostUpgrade, NoStream},
    mount::refuse,
};
use crate::{
    connection::Pending,
    events::{Escaped, event},
    handshake::{Reject, opening, problem},
    panics::catch,
    socket::{Handle, Owner, Transport},
};

/// Finds the address of the peer in the extensions of a request.
pub(crate) type PeerFrom = Box<dyn Fn(&Extensions) -> Option<SocketAddr> + Send + Sync>;

/// Changes a response before it leaves.
pub(crate) type Finish = fn(Response<Body>) -> Response<Body>;

/// The routes of a [`Server`](crate::Server) as a service for an application that listens by itself: axum, tower or
/// hyper. Created by [`Server::into_service`](crate::Server::into_service).
///
/// A clone is the same service. When the last clone is dropped, also outside of a runtime, its sockets are closed with
/// 1001, as by [`Handle::shutdown`]. Sockets and handles do not keep it alive.
///
/// As a tower service it takes requests with any body, which it drops. The host must run on hyper 1 and serve upgrades,
/// as axum does. For other hosts there is [`upgrade`](Self::upgrade).
///
/// It is `Send` and `Sync`. A request must be served within a tokio runtime with time enabled; the tasks of the service
/// begin with the first handshake.
#[derive(Clone)]
pub struct WsService {
    hosted: Arc<Hosted>,
}

struct Hosted {
    served: Arc<Served>,
    peer_from: Option<PeerFrom>,
    finish: Finish,
    _owner: Owner,
}

impl WsService {
    pub(crate) fn new(served: Served, peer_from: Option<PeerFrom>, finish: Finish, owner: Owner) -> Self {
        served.directory.note_mounted();
        Self { hosted: Arc::new(Hosted { served: Arc::new(served), peer_from, finish, _owner: owner }) }
    }

    /// Returns a handle, which publishes from outside of handlers and shuts the service down. Channels work at once,
    /// before the first request.
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.hosted.served.directory))
    }

    /// Answers the handshake of a client, for a host that does not run on hyper. The response has no body to stream.
    ///
    /// If there is an [`Upgrade`], the response is a 101 and the socket is open: `open` has run as far as it could
    /// without waiting. Send the response, then call [`Upgrade::run`] with the stream. Otherwise the response is an
    /// error; send it and close the stream.
    ///
    /// # Examples
    /// ```
    /// use http::Request;
    /// use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
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
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ws = Server::new().route(Echo).into_service()?;
    /// let request = Request::get("/echo")
    ///     .header("host", "localhost")
    ///     .header("connection", "upgrade")
    ///     .header("upgrade", "websocket")
    ///     .header("sec-websocket-version", "13")
    ///     .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
    ///     .body(())?;
    ///
    /// let (response, upgrade) = ws.upgrade(request.into_parts().0).await;
    /// assert_eq!(response.status(), 101);
    /// let upgrade = upgrade.expect("it follows a 101");
    ///
    /// // Here the host sends the response. It may have read more than the request.
    /// let (mut client, stream) = duplex(1024);
    /// tokio::spawn(upgrade.run(stream, b"\x81\x82\0\0\0\0hi"));
    /// let mut echo = [0; 4];
    /// client.read_exact(&mut echo).await?;
    /// assert_eq!(&echo, b"\x81\x02hi");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// Dropping the future drops the running handshake handler. If the socket is open, it ends, and `close` is called.
    ///
    /// # Panics
    /// When polled outside of a tokio runtime.
    pub fn upgrade(
        &self,
        parts: request::Parts,
    ) -> impl Future<Output = (Response<Bytes>, Option<Upgrade>)> + Send + use<> {
        let hosted = Arc::clone(&self.hosted);
        async move { hosted.upgrade(parts).await }
    }
}

impl<B> Service<Request<B>> for WsService {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut parts, _) = request.into_parts();
        let hosted = Arc::clone(&self.hosted);
        let Some(stream) = HostUpgrade::take(&mut parts.extensions) else {
            return Box::pin(ready(Ok(hosted.finished(refusal(hosted.without_stream(&parts))))));
        };
        Box::pin(async move {
            let (response, upgrade) = hosted.upgrade(parts).await;
            if let Some(Upgrade(pending)) = upgrade {
                hosted.served.await_stream(stream, pending);
            }
            Ok(hosted.finished(response))
        })
    }
}

impl Hosted {
    /// Decides on a handshake. If it is accepted, begins its connection, which needs no owner of the service.
    async fn upgrade(&self, parts: request::Parts) -> (Response<Bytes>, Option<Upgrade>) {
        let served = &self.served;
        let (mount, captures) = match served.find(&parts) {
            Ok(Some(found)) => found,
            Ok(None) => return (refusal(no_such_path()), None),
            Err(reject) => return (refusal(reject), None),
        };
        if parts.method == Method::CONNECT {
            event!(
                served.events,
                WARN,
                "WebSockets over HTTP/2 (RFC 8441) are not supported, CONNECT is refused"
            );
        }
        let peer = self.peer(&parts.extensions);
        // A shutdown waits for handshakes in progress.
        let mut guard = served.tasks.begin();
        match served.enter(peer) {
            Ok(permit) => guard.hold_permit(permit),
            Err(reject) => return (refusal(reject), None),
        }
        served.start_once();
        let shard = served.next_shard();
        let arriving = Arriving { parts, captures, remote_addr: peer, via_proxy: false, shard };
        let (response, connection) = served.run_handshake(mount, arriving).await;
        let Some(connection) = connection else { return (response, None) };
        let mut pending = connection.begin(guard);
        pending.opened().await;
        (response, Some(Upgrade(pending)))
    }

    /// Rejects a request without a stream: it is not an upgrade, or its host does not pass upgrades on.
    fn without_stream(&self, parts: &request::Parts) -> Reject {
        match self.served.find(parts) {
            Ok(Some(_)) => {}
            Ok(None) => return no_such_path(),
            Err(reject) => return reject,
        }
        if let Err(reject) = opening(parts) {
            return reject;
        }
        event!(
            self.served.events,
            ERROR,
            "a request has no `hyper::upgrade::OnUpgrade` in its extensions: the host does not run on hyper 1, or a layer \
             removed it; such a host calls `WsService::upgrade`"
        );
        problem(StatusCode::INTERNAL_SERVER_ERROR, "internal error")
    }

    fn peer(&self, extensions: &Extensions) -> Option<SocketAddr> {
        let find = self.peer_from.as_ref()?;
        catch(|| find(extensions)).unwrap_or_else(|panic| {
            event!(self.served.events, ERROR, panic = %Escaped(panic), "the function of `peer_from` panicked");
            None
        })
    }

    fn finished(&self, response: Response<Bytes>) -> Response<Body> {
        (self.finish)(response.map(Body::full))
    }
}

impl Served {
    /// Hands the stream over when the host has sent the 101. It has `handshake_timeout` for that.
    fn await_stream(self: &Arc<Self>, stream: HostUpgrade, pending: Pending) {
        let served = Arc::clone(self);
        self.tasks.spawn(move |task| async move {
            let awaited = timeout(served.handshake_timeout, stream.stream());
            let awaited = served.directory.shutdown().unless_aborted(awaited).await;
            if let Some(Ok(Err(NoStream::NotServed))) = awaited {
                event!(
                    served.events,
                    ERROR,
                    "the host sent a 101 and did not upgrade the connection: serve it with upgrades \
                     (`with_upgrades`, `serve_connection_with_upgrades`)"
                );
            }
            pending.hand_over(awaited.and_then(Result::ok).and_then(Result::ok));
            drop(task);
        });
    }
}

fn no_such_path() -> Reject {
    problem(StatusCode::NOT_FOUND, "there is no such path")
}

fn refusal(reject: Reject) -> Response<Bytes> {
    refuse(reject, None).0
}

/// An open socket that waits for its stream, returned by [`WsService::upgrade`].
///
/// Dropping it ends the socket, and `close` is called.
#[must_use = "the socket ends when this is dropped"]
pub struct Upgrade(Pending);

impl Upgrade {
    /// Serves the socket over a stream until it has ended and `close` has returned. Call it when the 101 is sent.
    ///
    /// `already_read` are the bytes that the host has read past the request. A `TcpStream` is served as fast as by our
    /// own listener; so pass it itself, not a wrapper around it.
    ///
    /// # Cancel safety
    /// Dropping the future closes the socket with 1001. Its stream belongs to a task of the service, which completes the
    /// closing handshake.
    pub fn run<S>(self, io: S, already_read: impl AsRef<[u8]>) -> Pin<Box<dyn Future<Output = ()> + Send>>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let ahead = already_read.as_ref().to_vec();
        Box::pin(async move { self.0.run(Transport::of(io).without_delay(), ahead).await })
    }
}

impl fmt::Debug for WsService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WsService").finish_non_exhaustive()
    }
}

impl fmt::Debug for Upgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade").finish_non_exhaustive()
    }
}
