//! Sending from one socket to others: of a topic, of its route, of another route.

use std::sync::Arc;

use super::{Channel, Outgoing, OutgoingRaw, Recipients, Socket, TopicName, outgoing::RawOutgoing};
use crate::{
    contract::{Endpoint, Response},
    pubsub::Published,
};

impl<E: Endpoint> Socket<E> {
    /// Publishes to all other subscribers of a topic of this route. This socket need not be subscribed; with
    /// `publish_to_self` it is not skipped. [`broadcast`](Self::broadcast) needs no topic.
    ///
    /// It also works in `close`. The message is encoded once.
    ///
    /// # Ordering
    /// Messages that one task publishes and sends reach each socket in that order.
    ///
    /// # Backpressure
    /// A subscriber with a full queue does not get the message; see [`Published::dropped`].
    pub fn publish(&self, topic: impl TopicName, value: impl Outgoing<Response<E>>) -> Published {
        let shared = self.shared();
        let from = (!shared.settings.publish_to_self).then_some((self.write_half(), self.shard()));
        shared.publish(topic.as_ref(), &value, from)
    }

    /// Publishes an encoded message: text or bytes. It is not validated, neither by the response type nor by its
    /// schema. Otherwise like [`publish`](Self::publish).
    pub fn publish_raw(&self, topic: impl TopicName, message: impl OutgoingRaw) -> Published {
        self.publish(topic, RawOutgoing::new(message))
    }

    /// Sends a message to every other socket of the route. It is encoded once.
    ///
    /// It skips this socket even with `publish_to_self`. [`Channel::all`] includes it.
    ///
    /// # Ordering
    /// The same as for [`Recipients::send`].
    ///
    /// # Backpressure
    /// A socket with a full queue does not get the message; see [`Published::dropped`].
    ///
    /// # Examples
    /// ```
    /// use ws_runtime::{Socket, ws_route};
    ///
    /// struct Chat;
    ///
    /// #[ws_route("/chat", body = String, response = String)]
    /// impl Chat {
    ///     fn message(&self, ws: &Socket<Self>, text: String) -> String {
    ///         let published = ws.broadcast(&text);
    ///         format!("{} others heard it", published.receivers())
    ///     }
    /// }
    /// ```
    pub fn broadcast(&self, value: impl Outgoing<Response<E>>) -> Published {
        self.others().send(value)
    }

    /// Selects every other socket of the route.
    pub fn others(&self) -> Recipients<E> {
        self.channel().all().except(self)
    }

    /// Selects the subscribers of a topic except this socket. Further topics can be added, and topics and sockets left
    /// out; see [`Recipients`].
    ///
    /// As with [`publish`](Self::publish), this socket need not be subscribed, and is not skipped with
    /// `publish_to_self`.
    pub fn to(&self, topic: impl TopicName) -> Recipients<E> {
        let recipients = self.channel().to(topic);
        if self.shared().settings.publish_to_self { recipients } else { recipients.except(self) }
    }

    /// Returns the channel of the socket's own route.
    pub fn channel(&self) -> Channel<E> {
        Channel::new(Arc::clone(self.shared()))
    }

    /// Returns the channel of another route of the same server; `None` if the server does not serve it, or has ended.
    ///
    /// # Examples
    /// ```
    /// use ws_runtime::{Socket, ws_route};
    ///
    /// struct Alerts;
    ///
    /// #[ws_route("/alerts", response = String)]
    /// impl Alerts {
    ///     fn open(&self) {}
    /// }
    ///
    /// struct Sensors;
    ///
    /// #[ws_route("/sensors", body = i32)]
    /// impl Sensors {
    ///     fn message(&self, ws: &Socket<Self>, celsius: i32) {
    ///         if celsius > 80
    ///             && let Some(alerts) = ws.channel_of::<Alerts>()
    ///         {
    ///             let sent = alerts.all().send(&format!("{celsius} degrees"));
    ///             println!("{} were told", sent.receivers());
    ///         }
    ///     }
    /// }
    /// ```
    pub fn channel_of<Other: Endpoint>(&self) -> Option<Channel<Other>> {
        self.shared().directory.upgrade()?.channel()
    }
}
