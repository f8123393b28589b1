//! From an accepted handshake to a running connection.
//!
//! An accepted handshake is a pair: the response and an [`Upgrade`]. The host of the stream begins the upgrade, waits until `open`
//! has run as far as it can without waiting, sends the response, and hands the stream over.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::{
    Entry,
    run::{Present, run},
};
use crate::{
    admission::{Permit, TaskGuard},
    route::Route,
    socket::{Reader, Socket, Transport, Writer, split},
};

/// A connection whose handshake is accepted and whose task does not run yet. Dropping it drops the socket, which was never open.
#[must_use = "the client gets a 101, and then nothing"]
pub(crate) struct Upgrade {
    spawn: Box<dyn FnOnce(TaskGuard, Host) + Send>,
    /// The client's permit, if its address was known only from the request.
    permit: Option<Box<Permit>>,
}

/// A connection whose task runs and has no stream yet. Dropping it tells the task that there will be none.
#[must_use = "the connection ends without a stream"]
pub(crate) struct Pending {
    opened: oneshot::Receiver<()>,
    stream: oneshot::Sender<Stream>,
}

/// The connection's end of a [`Pending`].
pub(crate) struct Host {
    /// To be dropped once `open` has returned or waits.
    pub(crate) opened: oneshot::Sender<()>,
    pub(crate) arrival: Arrival,
}

/// Resolves to the stream after the 101, or to an error if the 101 cannot be sent.
pub(crate) type Arrival = oneshot::Receiver<Stream>;

/// The two halves of the stream, and the bytes that the client sent right behind its handshake.
pub(crate) type Stream = (Reader, Writer, Vec<u8>);

impl Upgrade {
    /// A connection of a route, as a task of its own.
    pub(crate) fn new<R: Route>(entry: Arc<Entry<R>>, socket: Socket<R>) -> Self {
        Self::with(move |guard, host| {
            tokio::spawn(run(Present::enter(entry, socket, guard), host));
        })
    }

    /// A connection whose task `spawn` spawns. The task keeps the guard until it ends.
    pub(crate) fn with(spawn: impl FnOnce(TaskGuard, Host) + Send + 'static) -> Self {
        Self { spawn: Box::new(spawn), permit: None }
    }

    /// Keeps a permit for as long as the connection lasts.
    pub(crate) fn keep(&mut self, permit: Option<Box<Permit>>) {
        self.permit = permit;
    }

    /// Spawns the connection's task, which calls `open`. `guard` counts the connection from then on.
    pub(crate) fn begin(self, mut guard: TaskGuard) -> Pending {
        let (opened_tx, opened) = oneshot::channel();
        let (stream, arrival) = oneshot::channel();
        guard.keep(self.permit);
        (self.spawn)(guard, Host { opened: opened_tx, arrival });
        Pending { opened, stream }
    }
}

impl Pending {
    /// Waits until `open` has returned or waits; only then may the 101 be sent.
    ///
    /// # Cancel safety
    /// Safe: the connection's task goes on.
    pub(crate) async fn opened(&mut self) {
        // Nothing is ever sent: the loss of the sender is the signal.
        let _ = (&mut self.opened).await;
    }

    /// Hands over the stream and the bytes that the client sent right behind its handshake; `None` if the 101 could not be sent.
    pub(crate) fn hand_over(self, handover: Option<(Transport, Vec<u8>)>) {
        if let Some((transport, ahead)) = handover {
            let (reader, writer) = split(transport);
            // Without a receiver the connection is over already.
            let _ = self.stream.send((reader, writer, ahead));
        }
    }
}
