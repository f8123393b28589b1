//! The tasks of a server: each is counted from its start to its end, and the shutdown waits for the count.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

use super::limiter::Permit;

/// Counts tasks. A clone counts the same ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks(Arc<Counter>);

#[derive(Debug, Default)]
struct Counter {
    running: AtomicUsize,
    none: Notify,
}

/// One running task: counted until it is dropped.
pub(crate) struct TaskGuard {
    counter: Arc<Counter>,
    /// The connection's permit among those that are limited.
    permit: Option<Box<Permit>>,
}

impl Drop for TaskGuard {
    fn drop(&mut self) {
        if self.counter.running.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.counter.none.notify_waiters();
        }
    }
}

impl TaskGuard {
    /// Keeps a connection's permit for as long as it runs.
    pub(crate) fn keep(&mut self, permit: Option<Box<Permit>>) {
        match (&mut self.permit, permit) {
            (Some(kept), Some(permit)) => kept.join(*permit),
            (none, permit) => *none = none.take().or(permit),
        }
    }
}

impl Tasks {
    /// Spawns a task that is counted as long as it keeps what it is made with. (A future that wrapped it would hold it twice.)
    pub(crate) fn spawn<F>(&self, make: impl FnOnce(TaskGuard) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        tokio::spawn(make(self.begin()));
    }

    /// Counts something as a task until what is returned is dropped.
    pub(crate) fn begin(&self) -> TaskGuard {
        self.0.running.fetch_add(1, Ordering::AcqRel);
        TaskGuard { counter: Arc::clone(&self.0), permit: None }
    }

    /// How many run.
    pub(crate) fn running(&self) -> usize {
        self.0.running.load(Ordering::Acquire)
    }

    /// Waits until none runs.
    pub(crate) async fn ended(&self) {
        loop {
            let none = self.0.none.notified();
            if self.running() == 0 {
                return;
            }
            none.await;
        }
    }
}
