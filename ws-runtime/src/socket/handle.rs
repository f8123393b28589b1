//! A server from outside its handlers.

use std::{
    any::TypeId,
    collections::HashMap,
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::Notify;

use super::{Channel, Hub};
use crate::contract::Endpoint;

/// The routes of one server, by type.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    hubs: OnceLock<HashMap<TypeId, Arc<Hub>>>,
    stop: Stop,
}

/// Whether the server was asked to shut down.
#[derive(Debug, Default)]
struct Stop {
    asked: AtomicBool,
    wake: Notify,
}

impl Directory {
    /// Fills it, once, before anything is served.
    pub(crate) fn fill(&self, hubs: HashMap<TypeId, Arc<Hub>>) {
        // A server is started once; a second filling would be of the same routes.
        let _ = self.hubs.set(hubs);
    }

    /// The channel of a route, if it is served.
    pub(super) fn channel<E: Endpoint>(&self) -> Option<Channel<E>> {
        self.hubs.get()?.get(&TypeId::of::<E>()).cloned().map(Channel::new)
    }

    /// Resolves when a shutdown is asked for.
    pub(crate) async fn stopped(&self) {
        loop {
            let woken = self.stop.wake.notified();
            if self.is_stopped() {
                return;
            }
            woken.await;
        }
    }

    /// Whether a shutdown is asked for.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.asked.load(Ordering::Acquire)
    }
}

/// A server from outside its handlers: its routes' channels, and its shutdown. A clone is the same handle.
///
/// It does not keep the server running.
#[derive(Clone)]
pub struct Handle {
    directory: Arc<Directory>,
}

impl Handle {
    pub(crate) fn new(directory: Arc<Directory>) -> Self {
        Self { directory }
    }

    /// Returns the channel of a route; `None` if the server does not serve it, or is not started yet.
    pub fn route<E: Endpoint>(&self) -> Option<Channel<E>> {
        self.directory.channel()
    }

    /// Asks the server to shut down: it accepts nothing more, closes every socket with 1001, and waits for their handlers
    /// until `shutdown_timeout`. `listen` and `serve` return when that is done. Asking again changes nothing.
    pub fn shutdown(&self) {
        self.directory.stop.asked.store(true, Ordering::Release);
        self.directory.stop.wake.notify_waiters();
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}
