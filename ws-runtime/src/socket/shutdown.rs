//! The progress and the result of a server's shutdown.

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

/// The progress of the shutdown.
#[derive(Debug, Default)]
pub(crate) struct ShutdownState {
    asked: AtomicBool,
    /// True if a task will carry out the shutdown.
    supervised: AtomicBool,
    /// True once `shutdown_timeout` has passed.
    aborted: AtomicBool,
    clean: AtomicUsize,
    forced: AtomicUsize,
    done: OnceLock<Shutdown>,
    wake: Notify,
}

/// The result of a shutdown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shutdown {
    /// The number of sockets whose closing handshake completed after their last handler had returned.
    pub clean: usize,
    /// The number of sockets that were cut off. Their peer was lost or did not answer within `close_timeout`, or their
    /// handler was still running at `shutdown_timeout`.
    pub forced: usize,
}

impl ShutdownState {
    /// Begins the shutdown. Further calls have no effect.
    pub(crate) fn stop(&self) {
        self.asked.store(true, Ordering::SeqCst);
        self.wake.notify_waiters();
    }

    /// Records that a task will carry out the shutdown. Returns false if there is one already.
    ///
    /// Sequentially consistent with [`stop`](Self::stop): either the task sees the request, or the caller of `stop`
    /// sees the task.
    pub(crate) fn supervise(&self) -> bool {
        !self.supervised.swap(true, Ordering::SeqCst)
    }

    /// Returns true if a task will carry out the shutdown.
    pub(crate) fn is_supervised(&self) -> bool {
        self.supervised.load(Ordering::SeqCst)
    }

    /// Records that this task has ended, or was dropped with its runtime. Then nothing else ends the shutdown.
    pub(super) fn leave(&self) {
        self.supervised.store(false, Ordering::SeqCst);
        if self.is_stopped() {
            self.end();
        }
    }

    /// Resolves when a shutdown is requested.
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

    /// Records that the deadline has passed.
    pub(crate) fn abort(&self) {
        self.aborted.store(true, Ordering::Release);
        self.wake.notify_waiters();
    }

    /// Returns true if the deadline has passed.
    pub(crate) fn is_aborted(&self) -> bool {
        self.aborted.load(Ordering::Acquire)
    }

    /// Resolves when the deadline has passed.
    pub(crate) async fn aborted(&self) {
        self.until(Self::is_aborted).await;
    }

    /// Runs a future until the deadline of a shutdown. At the deadline the future is dropped, and the result is `None`.
    pub(crate) async fn unless_aborted<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let (mut work, mut aborted) = (pin!(work), pin!(self.aborted()));
        poll_fn(|cx| match aborted.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => work.as_mut().poll(cx).map(Some),
        })
        .await
    }

    /// Counts the end of a socket if a shutdown has begun.
    pub(super) fn note_end(&self, clean: bool) {
        if self.is_stopped() {
            let counter = if clean { &self.clean } else { &self.forced };
            counter.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Records that the shutdown is complete, and returns its result.
    pub(crate) fn end(&self) -> Shutdown {
        let clean = self.clean.load(Ordering::Acquire);
        let forced = self.forced.load(Ordering::Acquire);
        let done = *self.done.get_or_init(|| Shutdown { clean, forced });
        self.wake.notify_waiters();
        done
    }

    /// Returns true if a shutdown is requested.
    pub(crate) fn is_stopped(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// Waits until the shutdown has ended.
    pub(super) async fn ended(&self) -> Shutdown {
        self.until(|state| state.done.get().is_some()).await;
        self.done.get().copied().unwrap_or_default()
    }
}
