//! Selections of a route's sockets: all, or the subscribers of topics, with exceptions.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use super::{
    Channel, Delivery, Outgoing, OutgoingRaw, Socket, TopicName, encoded_message::EncodedMessage,
    outgoing::RawOutgoing,
};
use crate::{
    contract::{Endpoint, Response},
    pubsub::Published,
    turn::{Work, spend},
    wire::Close,
};

/// A selection of a route's sockets, created by [`Channel::all`], [`Channel::to`], [`Socket::to`] and
/// [`Socket::others`].
///
/// Subscriptions are evaluated when a message is sent. A socket gets the message once, even if it is subscribed to
/// several of the topics.
///
/// # Examples
/// ```
/// use ws_runtime::{Socket, ws_route};
///
/// struct Chat;
///
/// #[ws_route("/chat", body = String, response = String)]
/// impl Chat {
///     // Sends to each socket in two rooms once, except to the sender and to subscribers of "muted".
///     fn message(&self, ws: &Socket<Self>, text: String) {
///         let sent = ws.to("lobby").to("garden").except("muted").send(&text);
///         if sent.dropped() > 0 {
///             eprintln!("{} sockets read too slowly", sent.dropped());
///         }
///     }
/// }
/// ```
#[must_use = "a selection does nothing until it is sent to or disconnected"]
pub struct Recipients<E: Endpoint> {
    channel: Channel<E>,
    /// True if every socket of the route is selected. `topics` is then ignored.
    all: bool,
    topics: Vec<String>,
    except_topics: Vec<String>,
    /// The numbers of the sockets. Handles would keep application data alive.
    except_sockets: Vec<u64>,
}

/// An argument of [`Recipients::except`]: a topic, which leaves out its subscribers, or a reference to one socket.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a topic nor a socket of this route",
    label = "neither a topic nor a `&Socket`",
    note = "leave out the subscribers of a topic, as in `except(\"muted\")`, or a socket, as in `except(&socket)`"
)]
pub trait Excluded<E: Endpoint>: sealed::Sealed<E> {
    #[doc(hidden)]
    fn exclude(self, recipients: &mut Recipients<E>);
}

mod sealed {
    use super::{Endpoint, Socket, TopicName};

    /// The trait is sealed.
    pub trait Sealed<E: Endpoint> {}

    #[diagnostic::do_not_recommend]
    impl<E: Endpoint, T: TopicName> Sealed<E> for T {}
    impl<E: Endpoint> Sealed<E> for &Socket<E> {}
}

#[diagnostic::do_not_recommend]
impl<E: Endpoint, T: TopicName> Excluded<E> for T {
    fn exclude(self, recipients: &mut Recipients<E>) {
        recipients.except_topics.push(self.as_ref().to_owned());
    }
}

impl<E: Endpoint> Excluded<E> for &Socket<E> {
    fn exclude(self, recipients: &mut Recipients<E>) {
        recipients.except_sockets.push(self.number());
    }
}

impl<E: Endpoint> Recipients<E> {
    pub(super) fn none_of(channel: Channel<E>) -> Self {
        Self {
            channel,
            all: false,
            topics: Vec::new(),
            except_topics: Vec::new(),
            except_sockets: Vec::new(),
        }
    }

    pub(super) fn all(channel: Channel<E>) -> Self {
        Self { all: true, ..Self::none_of(channel) }
    }

    /// Adds the subscribers of a topic. This has no effect on a selection of all sockets.
    pub fn to(mut self, topic: impl TopicName) -> Self {
        self.topics.push(topic.as_ref().to_owned());
        self
    }

    /// Leaves out the subscribers of a topic, or one socket.
    ///
    /// # Examples
    /// ```
    /// use ws_runtime::{Socket, ws_route};
    ///
    /// struct Stage;
    ///
    /// #[ws_route("/stage", body = String, response = String)]
    /// impl Stage {
    ///     fn message(&self, ws: &Socket<Self>, text: String) {
    ///         let others = ws.channel().all().except(ws).except("backstage");
    ///         println!("{} receivers", others.send(&text).receivers());
    ///     }
    /// }
    /// ```
    pub fn except(mut self, left_out: impl Excluded<E>) -> Self {
        left_out.exclude(&mut self);
        self
    }

    /// Returns the selected sockets, in no particular order.
    pub fn sockets(&self) -> Vec<Socket<E>> {
        let subscribed = self.except_topics.iter().flat_map(|topic| self.subscribed(topic));
        let left_out: HashSet<u64> =
            subscribed.map(|(number, _)| number).chain(self.except_sockets.iter().copied()).collect();
        let mut sockets = if self.all {
            self.channel.sockets()
        } else {
            let once: HashMap<_, _> = self.topics.iter().flat_map(|topic| self.subscribed(topic)).collect();
            once.into_values().collect()
        };
        if !left_out.is_empty() {
            sockets.retain(|socket| !left_out.contains(&socket.number()));
        }
        sockets
    }

    fn subscribed(&self, topic: &str) -> impl Iterator<Item = (u64, Socket<E>)> + use<E> {
        let members = self.channel.shared.topics.members(topic).into_iter();
        members.filter_map(|member| Socket::of(member)).map(|socket| (socket.number(), socket))
    }

    /// Sends a message to each selected socket. The message is encoded once.
    ///
    /// This takes time proportional to the number of sockets, because the message is queued for each. Publishing to a
    /// topic with [`Channel::publish`] takes the same time for any number of subscribers.
    ///
    /// # Ordering
    /// Messages that one task publishes and sends reach each socket in that order.
    ///
    /// # Backpressure
    /// A socket whose queue is full does not get the message. [`Published::dropped`] counts such sockets.
    #[doc(alias = "publish")]
    #[doc(alias = "emit")]
    pub fn send(&self, value: impl Outgoing<Response<E>>) -> Published {
        let shared = &self.channel.shared;
        let published = shared.encode(&value, None, |kind, payload| {
            let sockets = self.sockets();
            if !shared.outbound.make_room(payload.as_bytes().len()) {
                return Published::Sent { receivers: 0, dropped: sockets.len() };
            }
            let mut message =
                EncodedMessage::new(kind, payload, &shared.settings, &shared.outbound, value.compress());
            let (mut receivers, mut dropped) = (0, 0);
            for socket in &sockets {
                spend(Work::Message);
                match socket.write_half().send_encoded(&mut message) {
                    Delivery::Sent | Delivery::Backpressure => receivers += 1,
                    Delivery::Dropped => dropped += 1,
                    Delivery::Refused | Delivery::Closed => {}
                }
            }
            Published::Sent { receivers, dropped }
        });
        published.unwrap_or(Published::Refused)
    }

    /// Sends an encoded message, text or bytes. Neither the response type nor its schema validates it. Otherwise this
    /// is [`send`](Self::send).
    pub fn send_raw(&self, message: impl OutgoingRaw) -> Published {
        self.send(RawOutgoing::new(message))
    }

    /// Closes each selected socket after its earlier messages. Returns how many were open.
    pub fn disconnect(&self, close: Close) -> usize {
        self.sockets().iter().filter(|socket| socket.write_half().close(Some(&close))).count()
    }
}

impl<E: Endpoint> Clone for Recipients<E> {
    fn clone(&self) -> Self {
        Self {
            channel: self.channel.clone(),
            all: self.all,
            topics: self.topics.clone(),
            except_topics: self.except_topics.clone(),
            except_sockets: self.except_sockets.clone(),
        }
    }
}

impl<E: Endpoint> fmt::Debug for Recipients<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipients")
            .field("all", &self.all)
            .field("topics", &self.topics)
            .field("except_topics", &self.except_topics)
            .finish_non_exhaustive()
    }
}
