//! The shutdown of a server: how far it is, and how its sockets ended.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::Poll,
};

use tokio::sync::Notify;

/// How far the server's shutdown is.
#[derive(Debug, Default)]
pub(crate) struct ShutdownState {
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

impl ShutdownState {
    /// Begins the shutdown, once.
    pub(crate) fn stop(&self) {
        self.asked.store(true, Ordering::Release);
        self.wake.notify_waiters();
    }

    /// Resolves when a shutdown is asked for.
    pub(crate) async fn stopped(&self) {
        self.until(Self::is_stopped).await;
    }

    async fn until(&self, reached: impl Fn(&Self) -> bool) {
        loop {
            let woken = self.wake.notified();
            if reached(self) {
                return;
            }
            woken.await;
        }
    }

    /// The deadline of the shutdown has passed.
    pub(crate) fn abort(&self) {
        self.aborted.store(true, Ordering::Release);
        self.wake.notify_waiters();
    }

    /// Whether the deadline of the shutdown has passed.
    pub(crate) fn is_aborted(&self) -> bool {
        self.aborted.load(Ordering::Acquire)
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
            let counter = if clean { &self.clean } else { &self.forced };
            counter.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// The shutdown is done, and no task is left.
    pub(crate) fn end(&self) -> Shutdown {
        let clean = self.clean.load(Ordering::Acquire);
        let forced = self.forced.load(Ordering::Acquire);
        let done = *self.done.get_or_init(|| Shutdown { clean, forced });
        self.wake.notify_waiters();
        done
    }

    /// Whether a shutdown is asked for.
    pub(crate) fn is_stopped(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }

    /// Waits until the shutdown has ended.
    pub(super) async fn ended(&self) -> Shutdown {
        self.until(|state| state.done.get().is_some()).await;
        self.done.get().copied().unwrap_or_default()
    }
}
