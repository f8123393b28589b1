//! What a socket sends to other sockets: of a topic, of its route, of another route.

use std::sync::Arc;

use super::{Channel, Outgoing, OutgoingRaw, Recipients, Socket, TopicName, outgoing::RawOutgoing};
use crate::{
    contract::{Endpoint, Response},
    pubsub::Published,
};

impl<E: Endpoint> Socket<E> {
    /// Publishes to every subscriber of a topic of this route but this socket, which need not be subscribed. With
    /// `publish_to_self` it is not left out. [`broadcast`](Self::broadcast) needs no topic.
    ///
    /// It works from `close` too. The message is encoded once.
    ///
    /// # Ordering
    /// Messages that one task publishes and sends reach each socket in that order.
    ///
    /// # Backpressure
    /// A subscriber whose queue is at its limit does not get the message; see [`Published::dropped`].
    pub fn publish(&self, topic: impl TopicName, value: impl Outgoing<Response<E>>) -> Published {
        let shared = self.shared();
        let from = (!shared.settings.publish_to_self).then_some((self.write_half(), self.shard()));
        shared.publish(topic.as_ref(), &value, from)
    }

    /// Publishes a message as it is: text or bytes that are encoded already. It is not checked, by the response type or its
    /// schema. Otherwise as [`publish`](Self::publish).
    pub fn publish_raw(&self, topic: impl TopicName, message: impl OutgoingRaw) -> Published {
        self.publish(topic, RawOutgoing::new(message))
    }

    /// Sends a message to every other socket of the route. It is encoded once.
    ///
    /// It leaves out this socket also where `publish_to_self` is set: [`Channel::all`] is everybody.
    ///
    /// # Ordering
    /// As of [`Recipients::send`].
    ///
    /// # Backpressure
    /// A socket whose queue is at its limit does not get the message; see [`Published::dropped`].
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

    /// Selects the subscribers of a topic without this socket. More topics may be added, and topics and sockets left out; see
    /// [`Recipients`].
    ///
    /// As for [`publish`](Self::publish), this socket need not be subscribed, and is not left out where `publish_to_self` is set.
    pub fn to(&self, topic: impl TopicName) -> Recipients<E> {
        let recipients = self.channel().to(topic);
        if self.shared().settings.publish_to_self { recipients } else { recipients.except(self) }
    }

    /// Returns the channel of the socket's own route.
    pub fn channel(&self) -> Channel<E> {
        Channel::new(Arc::clone(self.shared()))
    }

    /// Returns the channel of another route of the same server; `None` if the server does not serve it, or is gone.
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
