//! The channel of a route: all its sockets and topics, for handlers, other routes and other tasks.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{
    Excluded, Outgoing, OutgoingRaw, Recipients, RouteShared, Socket, TopicName, naming::SocketName,
    outgoing::RawOutgoing,
};
use crate::{
    contract::{Endpoint, Response, SocketId},
    pubsub::Published,
    wire::Close,
};

/// The sockets and topics of one route, returned by [`Handle::channel`](super::Handle::channel), [`Socket::channel`]
/// and [`Socket::channel_of`]. Clones refer to the same channel.
///
/// [`Channel::publish`] reaches every subscriber of a topic, whereas [`Socket::publish`] skips its own socket.
///
/// # Examples
/// ```no_run
/// # use ws_runtime::{ws_route, Server};
/// # struct News;
/// # #[ws_route("/news", response = String)]
/// # impl News { fn open(&self) {} }
/// # let server = Server::new().route(News);
/// # let handle = server.handle();
/// // In an HTTP handler or a timer, for example:
/// if let Some(news) = handle.channel::<News>() {
///     let published = news.publish("sport", "kick-off");
///     println!("{} of {} sockets follow sport", published.receivers(), news.len());
/// }
/// ```
pub struct Channel<E: Endpoint> {
    pub(super) shared: Arc<RouteShared>,
    endpoint: PhantomData<fn() -> E>,
}

impl<E: Endpoint> Channel<E> {
    pub(super) fn new(shared: Arc<RouteShared>) -> Self {
        Self { shared, endpoint: PhantomData }
    }

    /// Publishes a message to every subscriber of a topic of this route. The message is encoded once.
    ///
    /// # Ordering
    /// Messages that one task publishes and sends reach each socket in that order.
    ///
    /// # Backpressure
    /// A subscriber whose queue is full does not get the message. [`Published::dropped`] counts such subscribers.
    pub fn publish(&self, topic: impl TopicName, value: impl Outgoing<Response<E>>) -> Published {
        self.shared.publish(topic.as_ref(), &value, None)
    }

    /// Publishes an encoded message, text or bytes, to every subscriber of a topic. Neither the response type nor its
    /// schema validates it. Otherwise this is [`publish`](Self::publish).
    ///
    /// # Examples
    /// ```no_run
    /// # use ws_runtime::{ws_route, Server};
    /// # struct News;
    /// # #[ws_route("/news", response = String)]
    /// # impl News { fn open(&self) {} }
    /// # fn relay(handle: &ws_runtime::Handle, encoded: String) -> Option<()> {
    /// let published = handle.channel::<News>()?.publish_raw("sport", encoded);
    /// println!("{} receivers", published.receivers());
    /// # Some(())
    /// # }
    /// ```
    pub fn publish_raw(&self, topic: impl TopicName, message: impl OutgoingRaw) -> Published {
        self.shared.publish::<Response<E>>(topic.as_ref(), &RawOutgoing::new(message), None)
    }

    /// Returns the number of subscribers of a topic.
    pub fn subscriber_count(&self, topic: impl TopicName) -> usize {
        self.shared.topics.count(topic.as_ref())
    }

    /// Returns the connected sockets of the route, in no particular order.
    ///
    /// This takes time proportional to their number.
    pub fn sockets(&self) -> Vec<Socket<E>> {
        self.shared.members().into_iter().filter_map(|member| Socket::of(member)).collect()
    }

    /// Returns the connected socket with this id. `None` if the socket is no longer connected or belongs to another
    /// route.
    ///
    /// This takes constant time.
    ///
    /// # Examples
    /// ```no_run
    /// # use ws_runtime::{ws_route, Server, SocketId};
    /// # struct News;
    /// # #[ws_route("/news", response = String)]
    /// # impl News { fn open(&self) {} }
    /// # fn notify(handle: &ws_runtime::Handle, id: &str) -> Option<()> {
    /// let id: SocketId = id.parse().ok()?;
    /// let socket = handle.channel::<News>()?.socket(id)?;
    /// println!("{:?}", socket.send("only for you"));
    /// # Some(())
    /// # }
    /// ```
    pub fn socket(&self, id: SocketId) -> Option<Socket<E>> {
        self.shared.member(SocketName::of(id)?).and_then(|member| Socket::of(member))
    }

    /// Returns the number of connected sockets of the route.
    pub fn len(&self) -> usize {
        self.shared.len()
    }

    /// Returns true if no socket of the route is connected.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Selects every connected socket of the route.
    ///
    /// # Examples
    /// ```no_run
    /// # use ws_runtime::{ws_route, Server};
    /// # struct News;
    /// # #[ws_route("/news", response = String)]
    /// # impl News { fn open(&self) {} }
    /// # let server = Server::new().route(News);
    /// # let handle = server.handle();
    /// if let Some(news) = handle.channel::<News>() {
    ///     let published = news.all().send("The server restarts in a minute");
    ///     assert_eq!(published.dropped(), 0);
    /// }
    /// ```
    pub fn all(&self) -> Recipients<E> {
        Recipients::all(self.clone())
    }

    /// Selects the subscribers of a topic. [`Recipients::to`] adds other topics, and [`Recipients::except`] leaves out
    /// topics and sockets.
    ///
    /// # Examples
    /// ```no_run
    /// # use ws_runtime::{ws_route, Close, Server};
    /// # struct News;
    /// # #[ws_route("/news", response = String)]
    /// # impl News { fn open(&self) {} }
    /// # let server = Server::new().route(News);
    /// # let handle = server.handle();
    /// if let Some(news) = handle.channel::<News>() {
    ///     let sent = news.to("sport").to("weather").except("muted").send("Rain at the stadium");
    ///     assert_eq!(sent.dropped(), 0);
    ///     news.to("banned").disconnect(Close::new(4003, "banned"));
    /// }
    /// ```
    pub fn to(&self, topic: impl TopicName) -> Recipients<E> {
        Recipients::none_of(self.clone()).to(topic)
    }

    /// Selects every socket of the route except the subscribers of a topic, or except one socket. It is short for
    /// [`all`](Self::all) and [`Recipients::except`].
    pub fn except(&self, left_out: impl Excluded<E>) -> Recipients<E> {
        self.all().except(left_out)
    }

    /// Closes every socket of the route and returns how many were open. It is short for [`all`](Self::all) and
    /// [`Recipients::disconnect`].
    pub fn disconnect(&self, close: Close) -> usize {
        self.all().disconnect(close)
    }

    /// Closes each socket of the route for which `matches` returns true. Returns how many were open.
    ///
    /// Calls `matches` once for each connected socket, and holds no lock meanwhile. This takes time proportional to
    /// their number.
    ///
    /// # Examples
    /// ```no_run
    /// # use ws_runtime::{Close, Handle, Reject, Socket, ws_route};
    /// struct User(String);
    ///
    /// struct Club;
    ///
    /// #[ws_route("/club", response = String)]
    /// impl Club {
    ///     fn before_handle(&self) -> Result<User, Reject> {
    ///         Ok(User("ada".to_owned()))
    ///     }
    ///
    ///     fn open(&self) {}
    /// }
    ///
    /// fn log_out(handle: &Handle, user: &str) -> usize {
    ///     let Some(club) = handle.channel::<Club>() else { return 0 };
    ///     club.disconnect_where(|ws: &Socket<Club>| ws.data().0 == user, Close::new(4401, "logged out"))
    /// }
    /// ```
    pub fn disconnect_where(&self, mut matches: impl FnMut(&Socket<E>) -> bool, close: Close) -> usize {
        let sockets = self.sockets().into_iter();
        sockets.filter(|socket| matches(socket) && socket.write_half().close(Some(&close))).count()
    }
}

impl<E: Endpoint> Clone for Channel<E> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.shared))
    }
}

impl<E: Endpoint> fmt::Debug for Channel<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("path", &self.shared.path).finish_non_exhaustive()
    }
}
