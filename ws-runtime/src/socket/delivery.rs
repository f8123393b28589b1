//! The result of sending a message.

/// The result of sending a message to one socket; for several sockets see [`Published`](crate::Published).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the message may be dropped or refused; write `let _ =` where that does not matter"]
#[non_exhaustive]
pub enum Delivery {
    /// The message was sent or queued.
    Sent,
    /// The message is queued, and the queue is above half of `backpressure_limit`: the peer reads more slowly than we
    /// send. Wait for `drained().await`, or send less. With `latest_by_key`, a message for a full queue is kept as the
    /// latest of its key.
    Backpressure,
    /// The message was dropped, because the queue is at `backpressure_limit`.
    Dropped,
    /// The message was refused: the value fails its own schema or cannot be encoded. Nothing of it is sent; the log has
    /// the reason.
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
