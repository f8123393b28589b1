//! Upgrades an accepted handshake to a running connection.
//!
//! An accepted handshake is a pair: the response and an [`Upgrade`]. The host of the stream begins the upgrade, waits
//! until `open` has run as far as it can without waiting, sends the response, and hands over the stream.

use std::sync::Arc;

use super::{
    RouteState,
    handover::{Host, Pending},
    run::{Registration, run},
};
use crate::{
    admission::{Permit, TaskGuard},
    route::Route,
    socket::Socket,
};

/// A connection with an accepted handshake whose task does not run yet. Dropping it drops the socket, which was never
/// open.
#[must_use = "the client gets a 101, and then nothing"]
pub(crate) struct Upgrade {
    spawn: Box<dyn FnOnce(TaskGuard, Host) + Send>,
    /// The permit of the client, if its address was known only from the request.
    permit: Option<Box<Permit>>,
}

impl Upgrade {
    /// A connection of a route, to be spawned as a task.
    pub(crate) fn new<R: Route>(state: Arc<RouteState<R>>, socket: Socket<R>) -> Self {
        Self::with(move |guard, host| {
            tokio::spawn(run(Registration::enter(state, socket, guard), host));
        })
    }

    /// A connection whose task `spawn` spawns. The task holds the guard until it ends.
    pub(crate) fn with(spawn: impl FnOnce(TaskGuard, Host) + Send + 'static) -> Self {
        Self { spawn: Box::new(spawn), permit: None }
    }

    /// Holds a permit for the lifetime of the connection.
    pub(crate) fn hold_permit(&mut self, permit: Option<Box<Permit>>) {
        self.permit = permit;
    }

    /// Spawns the task of the connection, which calls `open`. `guard` counts the connection from then on.
    pub(crate) fn begin(self, mut guard: TaskGuard) -> Pending {
        let (pending, host) = Pending::new();
        guard.hold_permit(self.permit);
        (self.spawn)(guard, host);
        pending
    }
}
