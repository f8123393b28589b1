//! How much memory is queued for all sockets of a server together, and that somebody learns when it is too much.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use bytes::Bytes;
use tokio::sync::Notify;

/// From this size on, in bytes, a piece of memory is shared by the queues that it is in; smaller ones are copied.
pub(crate) const SHARE: usize = 8 * 1024;

/// What is queued for all sockets of a server, in bytes of memory. What several queues share counts once.
#[derive(Debug)]
pub(crate) struct Outbound {
    total: AtomicUsize,
    limit: usize,
    wake: Notify,
    stopped: AtomicBool,
}

/// Memory that counts for as long as any queue holds it.
struct Shared {
    bytes: Bytes,
    outbound: Arc<Outbound>,
}

impl Outbound {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            total: AtomicUsize::new(0),
            limit,
            wake: Notify::new(),
            stopped: AtomicBool::new(false),
        })
    }

    /// A queue holds `after` bytes of its own where it held `before`. Whether the sum is seen a moment late is all the same,
    /// so nothing is ordered by it.
    pub(crate) fn change(&self, before: usize, after: usize) {
        if after > before {
            let total = self.total.fetch_add(after - before, Ordering::Relaxed) + (after - before);
            if total > self.limit {
                self.wake.notify_one();
            }
        } else {
            self.total.fetch_sub(before - after, Ordering::Relaxed);
        }
    }

    /// Counts memory that several queues may hold, until none does. What is copied into each of them is not worth it.
    pub(crate) fn share(outbound: Option<&Arc<Self>>, bytes: Bytes) -> Bytes {
        match outbound {
            Some(outbound) if bytes.len() >= SHARE => {
                outbound.change(0, bytes.len());
                Bytes::from_owner(Shared { bytes, outbound: Arc::clone(outbound) })
            }
            _ => bytes,
        }
    }

    pub(crate) fn is_too_much(&self) -> bool {
        self.total.load(Ordering::Relaxed) > self.limit
    }

    /// Resolves with true when it is too much, and with false once it is stopped.
    pub(crate) async fn too_much(&self) -> bool {
        loop {
            if self.stopped.load(Ordering::Acquire) {
                return false;
            }
            if self.is_too_much() {
                return true;
            }
            self.wake.notified().await;
        }
    }

    /// Makes [`too_much`](Self::too_much) resolve for the last time.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.wake.notify_one();
    }
}

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.outbound.change(self.bytes.len(), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(outbound: &Outbound) -> usize {
        outbound.total.load(Ordering::Relaxed)
    }

    #[test]
    fn shared_memory_counts_once_and_until_the_last_holder_is_gone() {
        let outbound = Outbound::new(2 * SHARE);
        let one = Outbound::share(Some(&outbound), Bytes::from(vec![7; SHARE]));
        let (other, part) = (one.clone(), one.slice(10..20));
        assert_eq!((total(&outbound), &part[..]), (SHARE, &[7; 10][..]));
        drop((one, other));
        assert_eq!(total(&outbound), SHARE, "a part holds the whole");
        drop(part);
        assert_eq!(total(&outbound), 0);
        let small = Outbound::share(Some(&outbound), Bytes::from(vec![7; SHARE - 1]));
        assert_eq!(total(&outbound), 0);
        drop(small);
    }

    #[tokio::test]
    async fn it_is_too_much_past_the_limit_and_not_at_it() {
        let outbound = Outbound::new(100);
        outbound.change(0, 100);
        assert!(!outbound.is_too_much());
        outbound.change(100, 101);
        assert!(outbound.too_much().await);
        outbound.change(101, 0);
        outbound.stop();
        assert!(!outbound.too_much().await);
    }
}
