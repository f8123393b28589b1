//! The total of queued outbound memory, its limit, and the freeing of memory above the limit.

use std::{
    fmt, mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::turn::{LongWork, LongWorkPermit, Work};

/// The outbound memory queued for all sockets of a server, in bytes.
///
/// If the limit would be exceeded, the call that queues a message frees memory before it returns (see
/// [`make_room`](Self::make_room)).
pub(crate) struct Outbound {
    total: AtomicUsize,
    limit: usize,
    /// Frees memory, on one thread at a time. It is never locked while a socket or a topic is locked.
    relief: Mutex<Option<Box<dyn Relief>>>,
    /// Memory of the application that is no longer used and must be dropped.
    garbage: Mutex<Vec<Bytes>>,
    wake: Notify,
    stopped: AtomicBool,
    /// Counts the threads that compress a long message for the server.
    compressing: LongWork,
}

/// Frees queued memory.
pub(crate) trait Relief: Send {
    /// Frees memory until `needed` bytes fit under the limit, or no memory is left to free. The returned work must run
    /// after all locks are released.
    fn relieve(&mut self, outbound: &Outbound, needed: usize) -> Relieved;
}

/// Follow-up work that may run application code: drops and log events.
pub(crate) type Relieved = Box<dyn FnOnce()>;

impl Outbound {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            total: AtomicUsize::new(0),
            limit,
            relief: Mutex::default(),
            garbage: Mutex::default(),
            wake: Notify::new(),
            stopped: AtomicBool::new(false),
            compressing: LongWork::default(),
        })
    }

    /// Sets how memory is freed.
    pub(crate) fn relieve_by(&self, relief: Box<dyn Relief>) {
        *lock(&self.relief) = Some(relief);
    }

    /// Records that a holder has `after` bytes instead of `before`. The counter orders no other memory access, so
    /// `Relaxed` suffices.
    #[inline]
    pub(crate) fn change(&self, before: usize, after: usize) {
        if after > before {
            self.total.fetch_add(after - before, Ordering::Relaxed);
        } else {
            self.total.fetch_sub(before - after, Ordering::Relaxed);
        }
    }

    /// Returns the counted total, in bytes.
    #[inline]
    pub(crate) fn total(&self) -> usize {
        self.total.load(Ordering::Relaxed)
    }

    /// Returns the limit in bytes. `usize::MAX` means unlimited.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Returns a permit to compress a message of this length. `None` means that the message must be sent uncompressed,
    /// because enough other threads compress long messages.
    #[inline]
    pub(crate) fn permit_compressing(&self, length: usize) -> Option<LongWorkPermit<'_>> {
        self.compressing.permit(Work::Deflated(length))
    }

    /// Returns true if this many more bytes stay within the limit.
    #[inline]
    pub(crate) fn has_room(&self, more: usize) -> bool {
        self.total().saturating_add(more) <= self.limit
    }

    /// Makes room for this many bytes, by cutting off the sockets with the fullest queues if necessary. Returns false
    /// if that is not enough.
    ///
    /// No lock may be held by the caller.
    #[inline]
    pub(crate) fn make_room(&self, more: usize) -> bool {
        self.has_room(more) || self.free(more)
    }

    #[cold]
    fn free(&self, more: usize) -> bool {
        if more > self.limit {
            return false;
        }
        let mut relief = lock(&self.relief);
        // Another thread may have freed memory meanwhile.
        let relieved = match &mut *relief {
            Some(relief) if !self.has_room(more) => Some(relief.relieve(self, more)),
            _ => None,
        };
        drop(relief);
        if let Some(relieved) = relieved {
            relieved();
        }
        self.has_room(more)
    }

    /// Passes memory to the task that awaits [`garbage`](Self::garbage), because dropping it may run application code.
    #[cold]
    pub(super) fn discard(&self, bytes: Bytes) {
        lock(&self.garbage).push(bytes);
        self.wake.notify_one();
    }

    /// Resolves with discarded memory. `None` after [`stop`](Self::stop), when no memory is left.
    pub(crate) async fn garbage(&self) -> Option<Vec<Bytes>> {
        loop {
            let stopped = self.stopped.load(Ordering::Acquire);
            let garbage = self.take_garbage();
            if !garbage.is_empty() {
                return Some(garbage);
            }
            if stopped {
                return None;
            }
            self.wake.notified().await;
        }
    }

    /// Removes and returns the discarded memory.
    pub(crate) fn take_garbage(&self) -> Vec<Bytes> {
        mem::take(&mut *lock(&self.garbage))
    }

    /// Makes [`garbage`](Self::garbage) return the remaining memory and then `None`.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.wake.notify_one();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code panics while it changes data under these locks.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound")
            .field("total", &self.total())
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frees this many bytes in each call.
    struct Frees {
        bytes: usize,
        calls: Arc<AtomicUsize>,
    }

    impl Relief for Frees {
        fn relieve(&mut self, outbound: &Outbound, _needed: usize) -> Relieved {
            outbound.change(self.bytes, 0);
            let calls = Arc::clone(&self.calls);
            Box::new(move || {
                calls.fetch_add(1, Ordering::Relaxed);
            })
        }
    }

    #[test]
    fn memory_is_freed_only_above_the_limit() {
        for (held, more, freed, enough, calls) in [
            (90, 10, 0, true, 0),
            (90, 11, 1, true, 1),
            (90, 20, 9, false, 1),
            (101, 0, 1, true, 1),
            (0, 100, 0, true, 0),
            (50, 101, 50, false, 0),
            (100, usize::MAX, 100, false, 0),
        ] {
            let outbound = Outbound::new(100);
            let called = Arc::<AtomicUsize>::default();
            outbound.relieve_by(Box::new(Frees { bytes: freed, calls: Arc::clone(&called) }));
            outbound.change(0, held);
            assert_eq!(outbound.make_room(more), enough, "{held} and {more}");
            assert_eq!(called.load(Ordering::Relaxed), calls, "{held} and {more}");
        }
    }

    #[test]
    fn unlimited_total_always_has_room() {
        let outbound = Outbound::new(usize::MAX);
        outbound.change(0, 1 << 40);
        assert!(outbound.make_room(usize::MAX));
    }
}
