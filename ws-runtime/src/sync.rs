//! Locks and atomics that the order of outbound messages depends on: the standard library's, and tokio's `Notify`.
//! Under `cfg(ws_loom)` they are loom's, for the models in `socket/models`.
//!
//! `Arc` is not included: it holds trait objects, which loom's cannot, and no ordering depends on it.

#[cfg(not(all(test, ws_loom)))]
pub(crate) use {
    std::sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU16, AtomicU64, AtomicUsize, Ordering},
    },
    tokio::sync::Notify,
};

#[cfg(all(test, ws_loom))]
pub(crate) use {
    self::seen::Notify,
    loom::sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU16, AtomicU64, AtomicUsize, Ordering},
    },
};

#[cfg(all(test, ws_loom))]
mod seen {
    use loom::sync::atomic::{AtomicUsize, Ordering};

    /// Tokio's `Notify`, made visible to loom: loom tries every order, and a notified task sees all earlier writes.
    #[derive(Debug, Default)]
    pub(crate) struct Notify {
        inner: tokio::sync::Notify,
        notified: AtomicUsize,
    }

    impl Notify {
        pub(crate) fn new() -> Self {
            Self::default()
        }

        pub(crate) fn notify_one(&self) {
            self.notified.fetch_add(1, Ordering::AcqRel);
            self.inner.notify_one();
        }

        pub(crate) fn notify_waiters(&self) {
            self.notified.fetch_add(1, Ordering::AcqRel);
            self.inner.notify_waiters();
        }

        pub(crate) fn notified(&self) -> impl Future<Output = ()> {
            self.notified.fetch_add(1, Ordering::AcqRel);
            let notified = self.inner.notified();
            async {
                notified.await;
                self.notified.fetch_add(1, Ordering::AcqRel);
            }
        }
    }
}
