//! A server from outside its handlers.

use std::{
    any::TypeId,
    collections::HashMap,
    fmt,
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::Poll,
};

use tokio::sync::Notify;

use super::{Channel, RouteShared};
use crate::contract::Endpoint;

/// The routes of one server, by type.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    hubs: OnceLock<HashMap<TypeId, Arc<RouteShared>>>,
    stop: ShutdownState,
}

/// How far the server's shutdown is.
#[derive(Debug, Default)]
struct ShutdownState {
    asked: AtomicBool,
    /// Its deadline has passed.
    aborted: AtomicBool,
    clean: AtomicUsize,
    forced: AtomicUsize,
    done: OnceLock<Shutdown>,
    wake: Notify,
}

/// What a shutdown came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shutdown {
    /// The sockets whose closing handshake was completed after their last handler had returned.
    pub clean: usize,
    /// The sockets that were cut off: their peer did not answer within `close_timeout` or was gone, or their handler was still
    /// busy at `shutdown_timeout`.
    pub forced: usize,
}

impl Directory {
    /// Fills it, once, before anything is served.
    pub(crate) fn fill(&self, hubs: HashMap<TypeId, Arc<RouteShared>>) {
        // A server is started once; a second filling would be of the same routes.
        let _ = self.hubs.set(hubs);
    }

    /// The channel of a route, if it is served.
    pub(super) fn channel<E: Endpoint>(&self) -> Option<Channel<E>> {
        self.hubs.get()?.get(&TypeId::of::<E>()).cloned().map(Channel::new)
    }

    /// Begins the shutdown, once.
    pub(crate) fn stop(&self) {
        self.stop.asked.store(true, Ordering::Release);
        self.stop.wake.notify_waiters();
    }

    /// Resolves when a shutdown is asked for.
    pub(crate) async fn stopped(&self) {
        self.until(Self::is_stopped).await;
    }

    async fn until(&self, reached: impl Fn(&Self) -> bool) {
        loop {
            let woken = self.stop.wake.notified();
            if reached(self) {
                return;
            }
            woken.await;
        }
    }

    /// The deadline of the shutdown has passed.
    pub(crate) fn abort(&self) {
        self.stop.aborted.store(true, Ordering::Release);
        self.stop.wake.notify_waiters();
    }

    /// Whether the deadline of the shutdown has passed.
    pub(crate) fn is_aborted(&self) -> bool {
        self.stop.aborted.load(Ordering::Acquire)
    }

    /// Goes on with something until the deadline of a shutdown passes; then it is dropped, and there is `None`.
    pub(crate) async fn unless_aborted<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let (mut work, mut aborted) = (pin!(work), pin!(self.until(Self::is_aborted)));
        poll_fn(|cx| match aborted.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => work.as_mut().poll(cx).map(Some),
        })
        .await
    }

    /// A socket is gone; during a shutdown, how is counted.
    pub(super) fn note_end(&self, clean: bool) {
        if self.is_stopped() {
            let counter = if clean { &self.stop.clean } else { &self.stop.forced };
            counter.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// The shutdown is done, and no task is left.
    pub(crate) fn end(&self) -> Shutdown {
        let clean = self.stop.clean.load(Ordering::Acquire);
        let forced = self.stop.forced.load(Ordering::Acquire);
        let done = *self.stop.done.get_or_init(|| Shutdown { clean, forced });
        self.stop.wake.notify_waiters();
        done
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
    ///
    /// # Examples
    /// See [`Channel`].
    pub fn channel<E: Endpoint>(&self) -> Option<Channel<E>> {
        self.directory.channel()
    }

    /// Asks the server to shut down: it accepts nothing more, closes every socket with 1001, and waits for their handlers
    /// until `shutdown_timeout`. `listen` and `serve` return when that is done, and [`ended`](Self::ended) says what it came
    /// to. Asking again changes nothing.
    pub fn shutdown(&self) {
        self.directory.stop();
    }
}

impl Handle {
    /// Waits until the server has shut down and none of its tasks is left. Returns what became of the sockets that were
    /// connected when it was asked to.
    ///
    /// It waits for ever if the server is never served, or `listen` or `serve` is dropped before it returns.
    ///
    /// # Cancel safety
    /// Safe: the shutdown goes on.
    pub async fn ended(&self) -> Shutdown {
        self.directory.until(|directory| directory.stop.done.get().is_some()).await;
        self.directory.stop.done.get().copied().unwrap_or_default()
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}
