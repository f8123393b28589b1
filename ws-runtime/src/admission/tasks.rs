//! Counts the tasks of a server, so that a shutdown can wait until none is left.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

use super::limiter::Permit;

/// A counter of tasks. Clones share the count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks(Arc<Counter>);

#[derive(Debug, Default)]
struct Counter {
    running: AtomicUsize,
    none: Notify,
}

/// A running task, counted until the guard is dropped.
pub(crate) struct TaskGuard {
    counter: Arc<Counter>,
    /// The permit of the connection, if connections are limited.
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
    /// Holds the permit of a connection for the lifetime of the task.
    pub(crate) fn hold_permit(&mut self, permit: Option<Box<Permit>>) {
        match (&mut self.permit, permit) {
            (Some(kept), Some(permit)) => kept.join(*permit),
            (none, permit) => *none = none.take().or(permit),
        }
    }
}

impl Tasks {
    /// Spawns a task that is counted until it drops its guard. (A wrapping future would store the inner future twice.)
    pub(crate) fn spawn<F>(&self, make: impl FnOnce(TaskGuard) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        tokio::spawn(make(self.begin()));
    }

    /// Counts a task until the returned guard is dropped.
    pub(crate) fn begin(&self) -> TaskGuard {
        self.0.running.fetch_add(1, Ordering::AcqRel);
        TaskGuard { counter: Arc::clone(&self.0), permit: None }
    }

    /// Returns the number of running tasks.
    pub(crate) fn running(&self) -> usize {
        self.0.running.load(Ordering::Acquire)
    }

    /// Waits until no task runs.
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
