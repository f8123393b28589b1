//! The routes of one server.

use std::{
    any::TypeId,
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use super::{Channel, RouteShared, ShutdownState};
use crate::contract::Endpoint;

/// What handles and sockets find of their server: its routes by type, and its shutdown.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    routes: OnceLock<HashMap<TypeId, Arc<RouteShared>>>,
    shutdown: ShutdownState,
}

impl Directory {
    /// Fills it, once, before anything is served.
    pub(crate) fn fill(&self, routes: HashMap<TypeId, Arc<RouteShared>>) {
        // A server is started once; a second filling would be of the same routes.
        let _ = self.routes.set(routes);
    }

    /// The channel of a route, if it is served.
    pub(super) fn channel<E: Endpoint>(&self) -> Option<Channel<E>> {
        self.routes.get()?.get(&TypeId::of::<E>()).cloned().map(Channel::new)
    }

    /// The shutdown of the server.
    pub(crate) fn shutdown(&self) -> &ShutdownState {
        &self.shutdown
    }
}
