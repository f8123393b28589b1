//! The locks and atomics on which the order of outbound messages depends: those of the standard library, and tokio's
//! `Notify`. Under `cfg(ws_loom)` they are loom's, for the models in `socket/models`.
//!
//! `Arc` is not included: loom's does not support trait objects, and no ordering depends on it.

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

    /// tokio's `Notify`, made visible to loom. loom then tries every order, and a notified task sees all earlier
    /// writes.
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
