//! What became of a message that was sent.

/// What became of a message that was sent to one socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
