//! A connection with an accepted handshake, before its task runs.
//!
//! An accepted handshake is a pair: the response and a [`NewConnection`]. The host of the stream begins the connection,
//! waits until `open` has run as far as it can without waiting, sends the response, and hands over the stream.

use std::sync::Arc;

use super::{
    RouteState,
    handover::{ConnectionTask, Host, Pending},
    run::{Registration, run},
};
use crate::{
    admission::{Permit, TaskGuard},
    route::Route,
    socket::Socket,
};

/// A connection with an accepted handshake whose task does not run yet. Dropping it drops the socket, which was never
/// open.
#[must_use = "without a task, the client would get a 101 and no connection"]
pub(crate) struct NewConnection {
    spawn: Box<dyn FnOnce(TaskGuard, Host) -> ConnectionTask + Send>,
    /// The permit of the client, if its address was known only from the request.
    permit: Option<Box<Permit>>,
}

impl NewConnection {
    /// Creates a connection of a route, to be spawned as a task.
    pub(crate) fn new<R: Route>(state: Arc<RouteState<R>>, socket: Socket<R>) -> Self {
        Self::with(move |guard, host| {
            let member = Arc::downgrade(&socket.member());
            let task = tokio::spawn(run(Registration::enter(state, socket, guard), host));
            ConnectionTask::new(task, Some(member))
        })
    }

    /// Creates a connection whose task `spawn` spawns. The task must hold the guard until it ends.
    pub(crate) fn with(spawn: impl FnOnce(TaskGuard, Host) -> ConnectionTask + Send + 'static) -> Self {
        Self { spawn: Box::new(spawn), permit: None }
    }

    /// Holds a permit for the lifetime of the connection.
    pub(crate) fn hold_permit(&mut self, permit: Option<Box<Permit>>) {
        self.permit = permit;
    }

    /// Spawns the task of the connection, which calls `open`. From then on, `guard` counts the connection.
    pub(crate) fn begin(self, mut guard: TaskGuard) -> Pending {
        guard.hold_permit(self.permit);
        Pending::begin(|host| (self.spawn)(guard, host))
    }
}
