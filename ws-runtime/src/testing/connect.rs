//! Builds a handshake, and represents a refused one.

use std::{
    any::TypeId,
    fmt,
    future::{Future, IntoFuture},
    marker::PhantomData,
    net::SocketAddr,
    panic::Location,
    pin::Pin,
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode,
    header::{
        CONNECTION, HOST, ORIGIN, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
        SEC_WEBSOCKET_VERSION, UPGRADE,
    },
};
use serde_json::Value;
use tokio::io::duplex;

use super::{Client, Site, pipe::Pipe, pipe_end::PipeEnd};
use crate::{
    app::Arriving,
    codec::{Encode, Telling},
    contract::{Contract, Endpoint, Response as Sent},
    handshake::{Reject, RejectOutcome, problem},
    socket::Transport,
    wire::{Deflate, Mismatch, confirm, offer},
};

/// The default buffer size of an in-memory connection in each direction, in bytes.
const BUFFER: usize = 64 * 1024;

/// A handshake under construction. Awaiting it connects.
///
/// It has the required headers and no `Origin`, like the handshake of a program that is not a browser.
#[must_use = "a client does not connect until the value is awaited"]
pub struct Connect<'a, E: Endpoint> {
    site: &'a Site,
    target: String,
    /// The line of the test that began the handshake.
    caller: &'static Location<'static>,
    headers: HeaderMap,
    remote_addr: Option<SocketAddr>,
    buffer: usize,
    answering: bool,
    background: bool,
    deflate: Option<Deflate>,
    endpoint: PhantomData<fn() -> E>,
}

impl<'a, E: Endpoint> Connect<'a, E> {
    #[track_caller]
    pub(super) fn new(site: &'a Site, target: &str) -> Self {
        Self {
            site,
            target: target.to_owned(),
            caller: Location::caller(),
            headers: HeaderMap::new(),
            remote_addr: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
            buffer: BUFFER,
            answering: true,
            background: true,
            deflate: None,
            endpoint: PhantomData,
        }
    }

    /// Adds a header. A name may be added repeatedly. A header of the handshake itself, such as `Host`, is replaced.
    ///
    /// # Panics
    /// If the name or value is not permitted in a header.
    #[track_caller]
    pub fn header(mut self, name: impl TryInto<HeaderName>, value: impl TryInto<HeaderValue>) -> Self {
        let (Ok(name), Ok(value)) = (name.try_into(), value.try_into()) else {
            panic!("invalid header name or value");
        };
        self.headers.append(name, value);
        self
    }

    /// Sets the `Origin` header, as browsers do, to the scheme, host and port of a page.
    pub fn origin(self, origin: &str) -> Self {
        self.header(ORIGIN, origin)
    }

    /// Offers subprotocols, in the client's order of preference.
    pub fn protocols(self, protocols: &[&str]) -> Self {
        self.header(SEC_WEBSOCKET_PROTOCOL, protocols.join(", "))
    }

    /// Sets the address of the peer. Default: 127.0.0.1 with port 0.
    pub fn remote_addr(mut self, address: SocketAddr) -> Self {
        self.remote_addr = Some(address);
        self
    }

    /// Removes the address of the peer, as over a Unix socket.
    pub fn without_remote_addr(mut self) -> Self {
        self.remote_addr = None;
        self
    }

    /// Sets the buffer of the connection in each direction, and how much the client reads ahead, in bytes. Default:
    /// 64 KiB. With a smaller one, a client that does not read shows sooner.
    pub fn buffer(mut self, bytes: usize) -> Self {
        self.buffer = bytes;
        self
    }

    /// Sets whether pings and close frames are answered, as browsers do. Default: on. A client that answers nothing reads
    /// only while one of its methods waits.
    pub fn answering(mut self, on: bool) -> Self {
        self.answering = on;
        self
    }

    /// Sets whether the client reads ahead and answers pings in the background, between the calls of its methods.
    /// Default: on. Without it, the client is a peer that does not read while the test does something else.
    ///
    /// # Examples
    /// ```
    /// # use std::time::Duration;
    /// use ws_runtime::{Server, Socket, testing::Site, ws_route};
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
    /// # async fn test() {
    /// let site = Site::start(Server::new().route(Echo).idle_timeout(Duration::from_secs(120)));
    /// let mut live = site.connect::<Echo>("/echo").await.unwrap();
    /// let mut lost = site.connect::<Echo>("/echo").background(false).await.unwrap();
    ///
    /// tokio::time::sleep(Duration::from_secs(3600)).await;
    /// live.send("still here").await;
    /// assert_eq!(live.receive().await, "still here");
    /// assert_eq!(lost.receive_close().await.0, Some(1001));
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(test());
    /// ```
    pub fn background(mut self, on: bool) -> Self {
        self.background = on;
        self
    }

    /// Offers compression (permessage-deflate, RFC 7692), and compresses as negotiated. Default: off. The settings are
    /// what the client requests for both directions.
    pub fn per_message_deflate(mut self, deflate: Deflate) -> Self {
        self.deflate = Some(deflate);
        self
    }

    async fn connect(self) -> Result<Client<E>, Refused> {
        let Self {
            site,
            target,
            caller,
            mut headers,
            remote_addr,
            buffer,
            answering,
            background,
            deflate,
            ..
        } = self;
        if let Some(deflate) = &deflate {
            let offer = HeaderValue::try_from(offer(deflate)).expect("an offer is a valid header value");
            headers.append(SEC_WEBSOCKET_EXTENSIONS, offer);
        }
        for (name, value) in [
            (HOST, "localhost"),
            (CONNECTION, "Upgrade"),
            (UPGRADE, "websocket"),
            (SEC_WEBSOCKET_VERSION, "13"),
            (SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="),
        ] {
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        }
        let mut request = match Request::get(&target).body(()) {
            Ok(request) => request,
            Err(error) => panic!("`{target}` is not a valid request target: {error}\n  at {caller}"),
        };
        *request.headers_mut() = headers;
        let (parts, ()) = request.into_parts();
        let (mount, captures) = match site.served.find(&parts) {
            Ok(Some(found)) => found,
            Ok(None) => return Err(Refused::by(problem(StatusCode::NOT_FOUND, "there is no such path"))),
            Err(reject) => return Err(Refused::by(reject)),
        };
        let route = std::any::type_name::<E>();
        assert_eq!(
            mount.route(),
            TypeId::of::<E>(),
            "`{target}` belongs to another route than `{route}`\n  at {caller}"
        );
        // A shutdown waits for this handshake.
        let mut running = site.served.tasks.begin();
        running.hold_permit(site.served.enter(remote_addr).map_err(Refused::by)?);
        let shard = site.served.next_shard();
        let arriving = Arriving { parts, captures, remote_addr, via_proxy: false, shard };
        let (response, connection) = site.served.run_handshake(mount, arriving).await;
        let Some(connection) = connection else { return Err(Refused(Box::new(response))) };
        let (ours, theirs) = duplex(buffer);
        let mut pending = connection.begin(running);
        pending.opened().await;
        pending.hand_over(Some((Transport::of(theirs), Vec::new())));
        let tag = <E::Contract as Contract>::RESERVED_TAG;
        let tells_errors = <Sent<E> as Encode>::plan()
            .and_then(|response| response.telling(tag))
            .is_ok_and(|telling| telling == Telling::Yes);
        let (parts, _) = response.into_parts();
        let answer = parts.headers.get_all(SEC_WEBSOCKET_EXTENSIONS).into_iter().map(HeaderValue::as_bytes);
        let agreed = deflate.and_then(|deflate| match confirm(answer, &deflate) {
            Ok(agreed) => agreed,
            Err(Mismatch(why)) => {
                panic!(
                    "the server answered the compression offer with invalid parameters: {why}\n  at {caller}"
                )
            }
        });
        let ahead = (background && answering).then_some(buffer);
        let pipe = Pipe::new(PipeEnd::new(ours, answering, agreed), ahead);
        Ok(Client::new(pipe, parts.headers, tells_errors))
    }
}

impl<'a, E: Endpoint> IntoFuture for Connect<'a, E> {
    type Output = Result<Client<E>, Refused>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    /// Connects. When the future resolves, the 101 was received, and `open` has returned or waits.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.connect())
    }
}

impl<E: Endpoint> fmt::Debug for Connect<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect").field("target", &self.target).finish_non_exhaustive()
    }
}

/// A refused handshake: the response in place of the 101.
pub struct Refused(Box<Response<Bytes>>);

impl Refused {
    fn by(reject: Reject) -> Self {
        match reject.into_refusal() {
            RejectOutcome::Response(response) => Self(Box::new(response)),
            RejectOutcome::Close(close) => {
                unreachable!("{close}: only a route rejects with a close frame")
            }
        }
    }

    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        self.0.status()
    }

    /// Returns the headers of the response.
    pub fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// Returns the body of the response.
    pub fn body(&self) -> &Bytes {
        self.0.body()
    }

    /// Parses the body as JSON. The body is JSON unless a handler built the response. `None` if it is not JSON.
    pub fn problem(&self) -> Option<Value> {
        serde_json::from_slice(self.body()).ok()
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused")
            .field("status", &self.status())
            .field("headers", self.headers())
            .field("body", self.body())
            .finish()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the handshake was refused with {}", self.status())
    }
}

impl std::error::Error for Refused {}
