//! The handover between the host of a stream and the task of the connection: first `open` has run, then comes the
//! stream.

use tokio::sync::oneshot;

use crate::socket::{Reader, Transport, Writer, split};

/// A connection whose task runs and has no stream yet. Dropping it tells the task that none will come.
#[must_use = "the connection ends without a stream"]
pub(crate) struct Pending {
    opened: oneshot::Receiver<()>,
    stream: oneshot::Sender<SplitStream>,
}

/// The connection's side of a [`Pending`].
pub(crate) struct Host {
    /// Dropped once `open` has returned or waits.
    pub(crate) opened: oneshot::Sender<()>,
    pub(crate) arrival: Arrival,
}

/// Resolves to the stream after the 101, or to an error if the 101 cannot be sent.
pub(crate) type Arrival = oneshot::Receiver<SplitStream>;

/// The two halves of the stream, and the bytes that the client sent right after its handshake.
pub(crate) type SplitStream = (Reader, Writer, Vec<u8>);

impl Pending {
    pub(super) fn new() -> (Self, Host) {
        let (opened_tx, opened) = oneshot::channel();
        let (stream, arrival) = oneshot::channel();
        (Self { opened, stream }, Host { opened: opened_tx, arrival })
    }

    /// Waits until `open` has returned or waits; only then may the 101 be sent.
    ///
    /// # Cancel safety
    /// Safe: the connection's task goes on.
    pub(crate) async fn opened(&mut self) {
        // Nothing is ever sent; dropping the sender is the signal.
        let _ = (&mut self.opened).await;
    }

    /// Hands over the stream and the bytes that the client sent right after its handshake; `None` if the 101 could not
    /// be sent.
    pub(crate) fn hand_over(self, handover: Option<(Transport, Vec<u8>)>) {
        if let Some((transport, ahead)) = handover {
            let (reader, writer) = split(transport);
            // Without a receiver the connection has already ended.
            let _ = self.stream.send((reader, writer, ahead));
        }
    }
}
