//! The handover of a stream from its host to the task of the connection. It happens after `open` has run until it
//! returns or waits.

use tokio::sync::oneshot;

use crate::socket::{Reader, Transport, Writer, split};

/// A connection whose task runs, but has no stream yet. Dropping it tells the task that no stream will come.
#[must_use = "without a stream, the connection ends"]
pub(crate) struct Pending {
    opened: oneshot::Receiver<()>,
    stream: oneshot::Sender<SplitStream>,
}

/// The connection's side of a [`Pending`].
pub(crate) struct Host {
    /// Dropped when `open` has returned or waits.
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

    /// Waits until `open` has returned or waits. The 101 must not be sent before.
    ///
    /// # Cancel safety
    /// This method is cancel safe: the connection's task continues.
    pub(crate) async fn opened(&mut self) {
        // No value is ever sent. The sender is dropped as the signal.
        let _ = (&mut self.opened).await;
    }

    /// Hands over the stream, with the bytes that the client sent right after its handshake. `None` means that the 101
    /// could not be sent.
    pub(crate) fn hand_over(self, handover: Option<(Transport, Vec<u8>)>) {
        if let Some((transport, ahead)) = handover {
            let (reader, writer) = split(transport);
            // If there is no receiver, the connection has already ended.
            let _ = self.stream.send((reader, writer, ahead));
        }
    }
}
