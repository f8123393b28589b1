//! The handover of a stream from its host to the task of the connection. It happens after `open` has run until it
//! returns or waits.

use std::sync::Weak;

use tokio::{sync::oneshot, task::JoinHandle};

use crate::{
    panics::drop_quietly,
    socket::{AnySocket, Reader, Transport, Writer, split},
    wire::Close,
};

/// A connection whose task runs, but has no stream yet. Dropping it tells the task that no stream will come.
#[must_use = "without a stream, the connection ends"]
pub(crate) struct Pending {
    opened: oneshot::Receiver<()>,
    stream: oneshot::Sender<SplitStream>,
    task: ConnectionTask,
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

/// The task of a connection, and its socket unless the connection is only closed.
pub(crate) struct ConnectionTask {
    task: JoinHandle<()>,
    socket: Option<Weak<dyn AnySocket>>,
}

impl ConnectionTask {
    pub(crate) fn new(task: JoinHandle<()>, socket: Option<Weak<dyn AnySocket>>) -> Self {
        Self { task, socket }
    }
}

impl Pending {
    pub(super) fn begin(spawn: impl FnOnce(Host) -> ConnectionTask) -> Self {
        let (opened_tx, opened) = oneshot::channel();
        let (stream, arrival) = oneshot::channel();
        Self { opened, stream, task: spawn(Host { opened: opened_tx, arrival }) }
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
        drop(self.start(handover));
    }

    /// Hands over the stream, and waits until the connection has ended.
    ///
    /// # Cancel safety
    /// Dropping the future closes the socket with 1001; its task ends by itself.
    pub(crate) async fn run(self, transport: Transport, ahead: Vec<u8>) {
        let ConnectionTask { task, socket } = self.start(Some((transport, ahead)));
        let _closing = GoingAway(socket);
        // A panic in it would be a bug of this library, and is reported where it happened.
        let _ = task.await;
    }

    fn start(self, handover: Option<(Transport, Vec<u8>)>) -> ConnectionTask {
        if let Some((transport, ahead)) = handover {
            let (reader, writer) = split(transport);
            // If there is no receiver, the connection has already ended.
            let _ = self.stream.send((reader, writer, ahead));
        }
        self.task
    }
}

/// Closes a socket with 1001 when it is dropped, unless the socket has ended.
struct GoingAway(Option<Weak<dyn AnySocket>>);

impl Drop for GoingAway {
    fn drop(&mut self) {
        if let Some(socket) = self.0.take().and_then(|socket| socket.upgrade()) {
            socket.write_half().close(Some(&Close::GOING_AWAY));
            drop_quietly(socket);
        }
    }
}
