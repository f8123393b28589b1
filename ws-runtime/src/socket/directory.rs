//! The routes of one server, and who is responsible for their sockets.

use std::{
    any::TypeId,
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{AnySocket, Channel, RouteShared, ShutdownState, WriteHalf};
use crate::{contract::Endpoint, panics::drop_quietly, wire::Close};

/// The parts of a server that handles and sockets refer to: its routes by type, its address, and its shutdown.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    routes: OnceLock<StartedRoutes>,
    shutdown: ShutdownState,
    /// A service that others host: there may be nothing to shut down yet.
    mounted: AtomicBool,
    /// The address of the listener, set once the server listens. `None` if the listener has no address.
    address: OnceLock<Option<SocketAddr>>,
    listens: Notify,
}

#[derive(Debug)]
struct StartedRoutes {
    by_type: HashMap<TypeId, Arc<RouteShared>>,
    /// The time over which a shutdown spreads the closes.
    spread: Duration,
}

impl Directory {
    /// Stores the routes, before the server serves them.
    pub(crate) fn fill(&self, by_type: HashMap<TypeId, Arc<RouteShared>>, spread: Duration) {
        // A server starts once, so this is the only call.
        let _ = self.routes.set(StartedRoutes { by_type, spread });
    }

    /// Returns the channel of a route. `None` if the server does not serve it or has not started.
    pub(super) fn channel<E: Endpoint>(&self) -> Option<Channel<E>> {
        self.routes.get()?.by_type.get(&TypeId::of::<E>()).cloned().map(Channel::new)
    }

    /// Records that the server listens, and the address of its listener, if any.
    pub(crate) fn note_listening(&self, address: Option<SocketAddr>) {
        // A server listens once, so this is the only call.
        let _ = self.address.set(address);
        self.listens.notify_waiters();
    }

    /// Records that another server hosts the routes, whose address is unknown.
    pub(crate) fn note_mounted(&self) {
        self.mounted.store(true, Ordering::SeqCst);
        self.note_listening(None);
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

    /// Begins the shutdown, as asked through a handle. A mounted service that has served no request has no task that
    /// could carry it out, so it ends here.
    pub(super) fn shut_down(&self) {
        self.shutdown.stop();
        if self.mounted.load(Ordering::SeqCst) && !self.shutdown.is_supervised() {
            self.end_here();
        }
    }

    /// Begins the shutdown, because the owner of the server is gone.
    fn abandon(&self) {
        self.shutdown.stop();
        if !self.shutdown.is_supervised() {
            self.end_here();
        } else if self.routes.get().is_some_and(|routes| routes.spread.is_zero()) {
            // The task that supervises would do this too, but its runtime may be about to end.
            self.each_socket(close);
        }
    }

    fn end_here(&self) {
        self.each_socket(close);
        self.shutdown.end();
    }

    /// Calls a function with every connected socket.
    pub(crate) fn each_socket(&self, mut each: impl FnMut(&WriteHalf)) {
        for member in self.sockets() {
            each(member.write_half());
            drop_quietly(member);
        }
    }

    fn sockets(&self) -> impl Iterator<Item = Arc<dyn AnySocket>> + '_ {
        self.routes
            .get()
            .into_iter()
            .flat_map(|routes| routes.by_type.values())
            .flat_map(|route| route.members())
    }

    /// Closes every socket with 1001, spread over the time that the server has set.
    pub(crate) async fn close_sockets(&self) {
        let spread = self.routes.get().map_or(Duration::ZERO, |routes| routes.spread);
        if spread.is_zero() {
            return self.each_socket(close);
        }
        // A socket that ends meanwhile must not be kept by this.
        let mut sockets = Vec::new();
        for member in self.sockets() {
            sockets.push(Arc::downgrade(&member));
            drop_quietly(member);
        }
        let (began, count) = (Instant::now(), sockets.len());
        for (at, socket) in sockets.iter().enumerate() {
            sleep_until(began + turn_of(at, count, spread)).await;
            if let Some(member) = Weak::upgrade(socket) {
                close(member.write_half());
                drop_quietly(member);
            }
        }
    }
}

fn close(write_half: &WriteHalf) {
    write_half.close(Some(&Close::GOING_AWAY));
}

/// Returns when to close a socket: the first at once, and the last one interval before the end of the spread.
fn turn_of(at: usize, count: usize, spread: Duration) -> Duration {
    let nanos = spread.as_nanos().saturating_mul(at as u128) / (count.max(1) as u128);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// The owner of a server: the value that was configured, then the future that serves it, or the clones of the service.
/// Dropping it begins the shutdown.
#[derive(Debug)]
pub(crate) struct Owner(Arc<Directory>);

impl Owner {
    pub(crate) fn new(directory: Arc<Directory>) -> Self {
        Self(directory)
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

/// Held by the task that carries out the shutdown. Its drop also covers a runtime that ends before the task.
#[derive(Debug)]
pub(crate) struct Supervision(Arc<Directory>);

impl Supervision {
    pub(crate) fn new(directory: Arc<Directory>) -> Self {
        Self(directory)
    }
}

impl Drop for Supervision {
    fn drop(&mut self) {
        self.0.shutdown.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closes_are_spread_evenly() {
        let seconds = Duration::from_secs;
        for (count, spread, turns) in [
            (0, 10, &[][..]),
            (1, 10, &[0][..]),
            (2, 10, &[0, 5_000]),
            (4, 10, &[0, 2_500, 5_000, 7_500]),
            (3, 1, &[0, 333, 666]),
        ] {
            let found: Vec<_> =
                (0..count).map(|at| turn_of(at, count, seconds(spread)).as_millis()).collect();
            assert_eq!(found, turns, "{count} sockets over {spread} s");
        }
        let last = turn_of(999_999, 1_000_000, seconds(3600));
        assert!(last < seconds(3600) && last > seconds(3599), "{last:?}");
        assert_eq!(turn_of(0, 0, Duration::MAX), Duration::ZERO);
        assert!(turn_of(usize::MAX, 1, Duration::MAX) > seconds(1), "it does not overflow");
    }
}
