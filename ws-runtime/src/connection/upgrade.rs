//! Turns an accepted handshake into a running connection.
//!
//! An accepted handshake is a pair: the response and an [`Upgrade`]. The host of the stream begins the upgrade, waits
//! until `open` has returned or waits, sends the response, and hands over the stream.

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

/// An accepted handshake whose connection has no task yet. Dropping it drops the socket, whose `open` was never called.
#[must_use = "without a task, the client would get a 101 and no connection"]
pub(crate) struct Upgrade {
    spawn: Box<dyn FnOnce(TaskGuard, Host) + Send>,
    /// The permit of the client's address, if that address was known only from the request.
    permit: Option<Box<Permit>>,
}

impl Upgrade {
    /// Creates the upgrade for a connection of a route.
    pub(crate) fn new<R: Route>(state: Arc<RouteState<R>>, socket: Socket<R>) -> Self {
        Self::with(move |guard, host| {
            tokio::spawn(run(Registration::enter(state, socket, guard), host));
        })
    }

    /// Creates the upgrade for a connection whose task `spawn` spawns. The task must hold the guard until it ends.
    pub(crate) fn with(spawn: impl FnOnce(TaskGuard, Host) + Send + 'static) -> Self {
        Self { spawn: Box::new(spawn), permit: None }
    }

    /// Holds a permit for the lifetime of the connection.
    pub(crate) fn hold_permit(&mut self, permit: Option<Box<Permit>>) {
        self.permit = permit;
    }

    /// Spawns the task of the connection, which calls `open`. From then on, `guard` counts the connection.
    pub(crate) fn begin(self, mut guard: TaskGuard) -> Pending {
        let (pending, host) = Pending::new();
        guard.hold_permit(self.permit);
        (self.spawn)(guard, host);
        pending
    }
}
