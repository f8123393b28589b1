//! The results of sending a message and of subscribing.

/// The result of sending a message to one socket. [`Published`](crate::Published) is the result for several sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the message may be dropped or refused; if that does not matter, write `let _ =`"]
#[non_exhaustive]
pub enum Delivery {
    /// The message was sent or queued.
    Sent,
    /// The message is queued, and the queue is above half of `backpressure_limit`: the peer reads more slowly than the
    /// server sends. Wait for `drained().await`, or send less. With `latest_by_key`, this also means that the queue is
    /// full and the message is kept as the latest of its key.
    Backpressure,
    /// The message was dropped, because the queue is at `backpressure_limit` or the server is at `outbound_total`.
    Dropped,
    /// The message was refused, because the value fails its own schema or cannot be encoded. No part of it was sent.
    /// The log contains the reason.
    Refused,
    /// The socket is closing or closed.
    Closed,
}

impl Delivery {
    /// Returns true if the message was sent or queued.
    pub const fn is_sent(self) -> bool {
        matches!(self, Self::Sent | Self::Backpressure)
    }

    /// Returns true if the value was refused.
    pub const fn is_refused(self) -> bool {
        matches!(self, Self::Refused)
    }
}

/// The result of [`Socket::subscribe`](crate::Socket::subscribe) within the limits of the route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subscribed {
    /// The socket was not subscribed to the topic, and is now.
    New,
    /// The socket was subscribed to the topic before.
    Already,
    /// The socket is closing or closed, and not subscribed to the topic.
    Closed,
}

impl Subscribed {
    /// Returns true if the socket was not subscribed before, and is now.
    pub const fn is_new(self) -> bool {
        matches!(self, Self::New)
    }
}
