//! Sending from one socket to others: subscribers of a topic, all sockets of the route, or sockets of another route.

use std::sync::Arc;

use super::{Channel, Outgoing, OutgoingRaw, Recipients, Socket, TopicName, outgoing::RawOutgoing};
use crate::{
    contract::{Endpoint, Response},
    pubsub::Published,
};

impl<E: Endpoint> Socket<E> {
    /// Publishes a message to all other subscribers of a topic of this route. This socket need not be subscribed. With
    /// `publish_to_self`, it gets the message too if it is. [`broadcast`](Self::broadcast) needs no topic.
    ///
    /// It can also be called in `close`. The message is encoded once.
    ///
    /// # Ordering
    /// Messages that one task publishes and sends reach each socket in that order.
    ///
    /// # Backpressure
    /// A subscriber whose queue is full does not get the message. [`Published::dropped`] counts such subscribers.
    pub fn publish(&self, topic: impl TopicName, value: impl Outgoing<Response<E>>) -> Published {
        let shared = self.shared();
        let from = (!shared.settings.publish_to_self).then_some((self.write_half(), self.shard()));
        shared.publish(topic.as_ref(), &value, from)
    }

    /// Publishes an encoded message, text or bytes. Neither the response type nor its schema validates it. Otherwise
    /// this is [`publish`](Self::publish).
    pub fn publish_raw(&self, topic: impl TopicName, message: impl OutgoingRaw) -> Published {
        self.publish(topic, RawOutgoing::new(message))
    }

    /// Sends a message to every other socket of the route. The message is encoded once.
    ///
    /// This socket is skipped even with `publish_to_self`. [`Channel::all`] includes it.
    ///
    /// # Ordering
    /// The same as for [`Recipients::send`].
    ///
    /// # Backpressure
    /// A socket whose queue is full does not get the message. [`Published::dropped`] counts such sockets.
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
    ///         format!("{} receivers", published.receivers())
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

    /// Selects the subscribers of a topic except this socket. [`Recipients::to`] adds other topics, and
    /// [`Recipients::except`] leaves out topics and sockets.
    ///
    /// As with [`publish`](Self::publish), this socket need not be subscribed. With `publish_to_self`, it is not left
    /// out.
    pub fn to(&self, topic: impl TopicName) -> Recipients<E> {
        let recipients = self.channel().to(topic);
        if self.shared().settings.publish_to_self { recipients } else { recipients.except(self) }
    }

    /// Returns the channel of this socket's route.
    pub fn channel(&self) -> Channel<E> {
        Channel::new(Arc::clone(self.shared()))
    }

    /// Returns the channel of another route of the same server. `None` if the server does not serve that route or no
    /// longer exists.
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
    ///             println!("{} receivers", sent.receivers());
    ///         }
    ///     }
    /// }
    /// ```
    pub fn channel_of<Other: Endpoint>(&self) -> Option<Channel<Other>> {
        self.shared().directory.upgrade()?.channel()
    }
}
