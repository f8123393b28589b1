//! The routes and the shutdown of a server.

use std::{
    any::TypeId,
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use tokio::sync::Notify;

use super::{Channel, RouteShared, ShutdownState};
use crate::contract::Endpoint;

/// The parts of a server that handles and sockets refer to: its routes by type, its address, and its shutdown.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    routes: OnceLock<HashMap<TypeId, Arc<RouteShared>>>,
    shutdown: ShutdownState,
    /// The address of the listener, set once the server listens. `None` if the listener has no address.
    address: OnceLock<Option<SocketAddr>>,
    listens: Notify,
}

impl Directory {
    /// Stores the routes, before the server serves them.
    pub(crate) fn fill(&self, routes: HashMap<TypeId, Arc<RouteShared>>) {
        // A server starts once, so this is the only call.
        let _ = self.routes.set(routes);
    }

    /// Returns the channel of a route. `None` if the server does not serve it or has not started.
    pub(super) fn channel<E: Endpoint>(&self) -> Option<Channel<E>> {
        self.routes.get()?.get(&TypeId::of::<E>()).cloned().map(Channel::new)
    }

    /// Records that the server listens, and the address of its listener, if any.
    pub(crate) fn note_listening(&self, address: Option<SocketAddr>) {
        // A server listens once, so this is the only call.
        let _ = self.address.set(address);
        self.listens.notify_waiters();
    }

    /// Returns the address of the listener. `None` if the server does not listen yet or the listener has no address.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        self.address.get().copied().flatten()
    }

    /// Waits until the server listens.
    pub(super) async fn listening(&self) {
        loop {
            let woken = self.listens.notified();
            if self.address.get().is_some() {
                return;
            }
            woken.await;
        }
    }

    /// Returns the state of the shutdown.
    pub(crate) fn shutdown(&self) -> &ShutdownState {
        &self.shutdown
    }
}
