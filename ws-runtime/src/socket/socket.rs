//! The handle to a connected socket.

use std::{
    any::Any,
    fmt,
    hash::{Hash, Hasher},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use http::Request;
use tokio::time::Instant;

use super::{
    Delivery, Opening, ReadyState, RouteShared, SubscribeError, Subscribed, Termination, TopicName,
    WriteHalf,
    opening::{Opened, opened},
    route_shared::AnySocket,
};
use crate::{
    contract::{Contract, Endpoint, KeepsRequest, SocketId},
    panics::Guarded,
    pubsub::{LogView, Subscriber, Topic},
    wire::{Agreed, Close, Encoder},
};

/// The maximum payload of a ping or pong in bytes (RFC 6455 §5.5).
const MAX_CONTROL: usize = 125;

/// A handle to a connected socket. It is cheap to clone and can be used in any task.
///
/// Its methods do not wait, except [`drained`](Self::drained), [`closed`](Self::closed) and `send_ready`. Clones
/// compare equal. A handle may outlive its connection, and sending then returns [`Delivery::Closed`].
///
/// # Examples
/// A clone moves into a task that runs concurrently with the handlers:
///
/// ```
/// use std::time::Duration;
///
/// use ws_runtime::{Delivery, Socket, ws_route};
///
/// struct Countdown;
///
/// #[ws_route("/countdown", body = u32, response = u32)]
/// impl Countdown {
///     fn message(&self, ws: &Socket<Self>, from: u32) {
///         let ws = ws.clone();
///         tokio::spawn(async move {
///             for second in (0..=from).rev() {
///                 if ws.send(&second) == Delivery::Closed {
///                     return;
///                 }
///                 tokio::time::sleep(Duration::from_secs(1)).await;
///             }
///         });
///     }
/// }
/// ```
///
/// Mutable state of a socket belongs in [`data`](Self::data), as an atomic or behind a lock:
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// use ws_runtime::{Handshake, Socket, ws_route};
///
/// struct Counter;
///
/// #[ws_route("/counter", body = String, response = u32)]
/// impl Counter {
///     fn before_handle(&self, _handshake: &Handshake<Self>) -> Result<AtomicU32, ws_runtime::Reject> {
///         Ok(AtomicU32::new(0))
///     }
///
///     fn message(&self, ws: &Socket<Self>) -> u32 {
///         ws.data().fetch_add(1, Ordering::Relaxed) + 1
///     }
/// }
/// ```
///
/// # Ordering
/// Messages that one task sends to a socket, and publishes to its topics, arrive in that order.
pub struct Socket<E: Endpoint> {
    inner: Arc<Inner<E>>,
}

struct Inner<E: Endpoint> {
    write_half: WriteHalf,
    shared: Arc<RouteShared>,
    shard: usize,
    /// Contains application data, which is dropped with the last handle.
    opening: Guarded<Box<dyn Opened<E>>>,
}

impl<E: Endpoint> Socket<E> {
    pub(crate) fn new(
        shared: Arc<RouteShared>,
        shard: usize,
        opening: Opening<E>,
        agreed: Option<Agreed>,
        request: Option<Request<()>>,
    ) -> Self {
        let write_half =
            WriteHalf::new(RouteShared::next_id(), &shared.settings, Arc::clone(&shared.outbound), agreed);
        let opening = Guarded::new(opened(opening, request));
        Self { inner: Arc::new(Inner { write_half, shared, shard, opening }) }
    }

    /// Returns the socket of type-erased `member`. `None` if it belongs to another route.
    pub(super) fn of(member: Arc<dyn Any + Send + Sync>) -> Option<Self> {
        member.downcast().ok().map(|inner| Self { inner })
    }

    pub(crate) fn member(&self) -> Arc<dyn AnySocket> {
        Arc::clone(&self.inner) as Arc<dyn AnySocket>
    }

    pub(crate) fn write_half(&self) -> &WriteHalf {
        &self.inner.write_half
    }

    /// Returns the number of the socket, which identifies it within this process.
    pub(super) fn number(&self) -> u64 {
        self.inner.write_half.id
    }

    pub(super) fn shared(&self) -> &Arc<RouteShared> {
        &self.inner.shared
    }

    pub(super) fn shard(&self) -> usize {
        self.inner.shard
    }

    pub(crate) fn leave_topics(&self) {
        self.inner.write_half.unsubscribe_all(&self.inner.shared.topics, self.inner.shard);
    }

    /// Returns the id of the socket. It is unique across servers and cannot be guessed.
    ///
    /// [`Channel::socket`](super::Channel::socket) finds the socket by its id while it is connected.
    pub fn id(&self) -> SocketId {
        self.inner.write_half.socket_id()
    }

    /// Returns the address of the client. This is the address of the TCP peer or, if the peer is one of the
    /// [`trusted_proxies`](crate::Server::trusted_proxies), the address that the proxy reports. The port is 0 if the
    /// proxy reports none.
    ///
    /// `None` means that the address is unknown: a trusted proxy reports none, or the listener accepts connections
    /// without an address, such as Unix sockets. It is never the address of a trusted proxy. An IPv4 address is
    /// `SocketAddr::V4`, even if the peer's is IPv4-mapped (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2).
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.inner.opening.get().remote_addr
    }

    /// Returns the captured path segments.
    pub fn params(&self) -> &<E::Contract as Contract>::Params {
        &self.inner.opening.get().parts.params
    }

    /// Returns the query parameters.
    pub fn query(&self) -> &<E::Contract as Contract>::Query {
        &self.inner.opening.get().parts.query
    }

    /// Returns the headers that the route declares.
    pub fn header(&self) -> &<E::Contract as Contract>::Header {
        &self.inner.opening.get().parts.header
    }

    /// Returns the cookies that the route declares.
    pub fn cookie(&self) -> &<E::Contract as Contract>::Cookie {
        &self.inner.opening.get().parts.cookie
    }

    /// Returns the request of the handshake: method, URI, version and headers, with the changes of `transform`. Its
    /// extensions are empty.
    ///
    /// Only a route with the key `keep_request` has it, because it stays in memory as long as the socket: up to
    /// [`max_header_bytes`](crate::Server::max_header_bytes). Do not log it: it may contain tokens.
    ///
    /// # Examples
    /// ```
    /// use ws_runtime::{Socket, ws_route};
    ///
    /// struct Echo;
    ///
    /// #[ws_route("/echo", response = String, keep_request)]
    /// impl Echo {
    ///     fn open(&self, ws: &Socket<Self>) -> String {
    ///         format!("you asked for {}", ws.request().uri())
    ///     }
    /// }
    /// ```
    #[expect(clippy::missing_panics_doc, reason = "such a socket is always created with its request")]
    pub fn request(&self) -> &Request<()>
    where
        E: KeepsRequest,
    {
        const { assert!(E::KEEPS_REQUEST, "`KeepsRequest` is implemented, but `KEEPS_REQUEST` is false") };
        self.inner.opening.request().expect("every socket of a route that keeps requests has one")
    }

    /// Returns the data that `before_handle` returned.
    #[doc(alias = "state")]
    pub fn data(&self) -> &E::Data {
        &self.inner.opening.get().data
    }

    /// Returns the negotiated subprotocol. `None` if none was negotiated.
    pub fn protocol(&self) -> Option<&'static str> {
        self.inner.opening.get().protocol
    }

    /// Returns the state of the socket.
    pub fn ready_state(&self) -> ReadyState {
        self.inner.write_half.phase()
    }

    /// Waits until the outbound queue is below a quarter of `backpressure_limit`, or until the socket is closing.
    /// Returns at once if the queue has not been above half of the limit since it was last below a quarter.
    ///
    /// # Cancel safety
    /// This method is cancel safe.
    pub async fn drained(&self) {
        self.inner.write_half.drained().await;
    }

    /// Returns the number of queued bytes that the network has not accepted yet, including frame headers.
    pub fn buffered_amount(&self) -> usize {
        self.inner.write_half.buffered()
    }

    /// Subscribes to a topic of this route. Nothing changes if the socket is already subscribed or is closing; the result
    /// says which.
    ///
    /// # Errors
    /// [`SubscribeError`] if the socket already has `max_subscriptions` topics, or if the topic is longer than
    /// `max_topic_length`. A handler may return the error with `?`.
    #[doc(alias = "join")]
    pub fn subscribe(&self, topic: impl TopicName) -> Result<Subscribed, SubscribeError> {
        let Inner { write_half, shared, shard, .. } = &*self.inner;
        write_half.subscribe((&shared.topics, &shared.settings), *shard, topic.as_ref(), self.member())
    }

    /// Unsubscribes from a topic. Earlier publishes still arrive. Returns false if the socket was not subscribed.
    #[doc(alias = "leave")]
    pub fn unsubscribe(&self, topic: impl TopicName) -> bool {
        let Inner { write_half, shared, shard, .. } = &*self.inner;
        write_half.unsubscribe(&shared.topics, *shard, topic.as_ref())
    }

    /// Returns true if the socket is subscribed to a topic.
    pub fn is_subscribed(&self, topic: impl TopicName) -> bool {
        self.inner.write_half.is_subscribed(topic.as_ref())
    }

    /// Returns the topics of the socket, in no particular order.
    pub fn subscriptions(&self) -> Vec<String> {
        self.inner.write_half.subscriptions()
    }

    /// Returns the number of subscribers of a topic of this route, including this socket.
    pub fn subscriber_count(&self, topic: impl TopicName) -> usize {
        self.inner.shared.topics.count(topic.as_ref())
    }

    /// Sends a ping. The payload is truncated at 125 bytes (RFC 6455 §5.5).
    pub fn ping(&self, payload: impl AsRef<[u8]>) -> Delivery {
        let payload = payload.as_ref();
        self.inner.write_half.control(|out| Encoder::ping(&payload[..payload.len().min(MAX_CONTROL)], out))
    }

    /// Sends an unsolicited pong, which may serve as a heartbeat (RFC 6455 §5.5.3). The payload is truncated at 125
    /// bytes.
    pub fn pong(&self, payload: impl AsRef<[u8]>) -> Delivery {
        let payload = payload.as_ref();
        self.inner.write_half.control(|out| Encoder::pong(&payload[..payload.len().min(MAX_CONTROL)], out))
    }

    /// Closes the connection after all earlier messages. Received messages that are not yet handled are dropped. If the
    /// socket is already closing, the call has no effect.
    pub fn close(&self, close: Close) {
        self.inner.write_half.close(Some(&close));
    }

    /// Sets the remaining lifetime of the connection, such as that of the client's token. `None` means that the
    /// connection does not expire, which is the default. A later call replaces the lifetime.
    ///
    /// 30 seconds before the connection expires, the client receives the frame `{"type":"expiring","in_ms":30000}`, so
    /// that it can send a new token. If less time remains, it receives the frame at once. When the connection expires,
    /// it is closed with 4401 after its earlier messages. If the `response` type of a route accepts any value, no such
    /// frame is sent.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    ///
    /// use schemars::JsonSchema;
    /// use serde::{Deserialize, Serialize};
    /// use ws_runtime::{Socket, ws_route};
    ///
    /// #[derive(Serialize, Deserialize, JsonSchema)]
    /// #[serde(tag = "type", rename_all = "snake_case")]
    /// enum Req {
    ///     Renew { token: String, device: String },
    /// }
    ///
    /// struct Club;
    ///
    /// #[ws_route("/club", body = Req, response = u32)]
    /// impl Club {
    ///     fn open(&self, ws: &Socket<Self>) {
    ///         ws.expire_after(Duration::from_secs(15 * 60));
    ///     }
    ///
    ///     fn message_renew(&self, ws: &Socket<Self>, token: String, device: String) {
    ///         if is_valid(&token, &device) {
    ///             ws.expire_after(Duration::from_secs(15 * 60));
    ///         }
    ///     }
    /// }
    /// # fn is_valid(token: &str, device: &str) -> bool { token != device }
    /// ```
    pub fn expire_after(&self, lifetime: impl Into<Option<Duration>>) {
        let when = lifetime.into().and_then(|lifetime| Instant::now().checked_add(lifetime));
        self.inner.write_half.expire_at(when);
    }

    /// Waits until the socket is closing, no matter which side closes it. A long-running handler can use this to stop
    /// early.
    ///
    /// # Cancel safety
    /// This method is cancel safe.
    pub async fn closed(&self) {
        self.inner.write_half.closed().await;
    }

    /// Ends the connection without a close frame, which a browser reports as 1006.
    pub fn terminate(&self) {
        self.inner.write_half.terminate(Termination::Terminate);
    }

    /// Pauses reading, so that TCP flow control slows the client down. Messages that have arrived are still handled.
    /// The idle timeout is suspended.
    pub fn pause(&self) {
        self.inner.write_half.pause(true);
    }

    /// Resumes reading.
    pub fn resume(&self) {
        self.inner.write_half.pause(false);
    }
}

impl<E: Endpoint> Subscriber for Inner<E> {
    fn take(&self, topic: &Arc<Topic>, window: &LogView) {
        self.write_half.take(topic, window);
    }
}

impl<E: Endpoint> AnySocket for Inner<E> {
    fn write_half(&self) -> &WriteHalf {
        &self.write_half
    }
}

impl<E: Endpoint> Clone for Socket<E> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<E: Endpoint> PartialEq for Socket<E> {
    fn eq(&self, other: &Self) -> bool {
        self.number() == other.number()
    }
}

impl<E: Endpoint> Eq for Socket<E> {}

impl<E: Endpoint> Hash for Socket<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number().hash(state);
    }
}

impl<E: Endpoint> fmt::Debug for Socket<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, path) = (format_args!("{}", self.id()), &self.inner.shared.path);
        f.debug_struct("Socket").field("id", &id).field("path", path).finish_non_exhaustive()
    }
}
