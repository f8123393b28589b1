//! The routes of one server.

use std::{
    any::TypeId,
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use tokio::sync::Notify;

use super::{Channel, RouteShared, ShutdownState};
use crate::contract::Endpoint;

/// The parts of a server that handles and sockets can reach: its routes by type, and its shutdown.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    routes: OnceLock<HashMap<TypeId, Arc<RouteShared>>>,
    shutdown: ShutdownState,
    /// The address of the listener, once the server listens.
    address: OnceLock<Option<SocketAddr>>,
    listens: Notify,
}

impl Directory {
    /// Fills the directory once, before anything is served.
    pub(crate) fn fill(&self, routes: HashMap<TypeId, Arc<RouteShared>>) {
        // A server starts once; a second call would have the same routes.
        let _ = self.routes.set(routes);
    }

    /// Returns the channel of a route, if it is served.
    pub(super) fn channel<E: Endpoint>(&self) -> Option<Channel<E>> {
        self.routes.get()?.get(&TypeId::of::<E>()).cloned().map(Channel::new)
    }

    /// Records that the server listens, and the address of its listener if it has one.
    pub(crate) fn note_listening(&self, address: Option<SocketAddr>) {
        // A server listens once.
        let _ = self.address.set(address);
        self.listens.notify_waiters();
    }

    /// Returns the address of the listener, if the server listens and its listener has one.
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

    /// The shutdown of the server.
    pub(crate) fn shutdown(&self) -> &ShutdownState {
        &self.shutdown
    }
}
