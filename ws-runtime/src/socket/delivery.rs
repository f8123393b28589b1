//! What became of a message that was sent.

/// What became of a message that was sent to one socket; that of a message to several is a [`Published`](crate::Published).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the message may be dropped or refused; write `let _ =` where that does not matter"]
#[non_exhaustive]
pub enum Delivery {
    /// It is on its way.
    Sent,
    /// It is queued, and the queue is above half of `backpressure_limit`: the peer reads more slowly than we send. Wait for
    /// `drained().await`, or send less. With `latest_by_key`, a message for a full queue is kept as the latest of its key.
    Backpressure,
    /// It was dropped, because the queue is at `backpressure_limit`.
    Dropped,
    /// It was refused: the value fails its own schema or cannot be encoded. The peer sees nothing of it; the log says why.
    Refused,
    /// The socket is closing or closed.
    Closed,
}

impl Delivery {
    /// True if the message is on its way, queued behind others or not.
    pub const fn is_sent(self) -> bool {
        matches!(self, Self::Sent | Self::Backpressure)
    }

    /// True if the value was refused.
    pub const fn is_refused(self) -> bool {
        matches!(self, Self::Refused)
    }
}
