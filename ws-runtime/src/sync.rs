//! The locks and atomics that the order of what a socket is sent depends on: the standard library's, and tokio's `Notify`; or,
//! under `cfg(ws_loom)`, those with which loom tries every interleaving (`socket/models`).
//!
//! `Arc` is not among them: it carries trait objects, which loom's cannot, and nothing here is ordered by it.

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

    /// Tokio's own, made visible to loom: it tries who comes first, and whoever is notified sees what was done before.
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
