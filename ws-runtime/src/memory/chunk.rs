//! Bytes that several queues may share. They count once, until the last queue has dropped them.

use std::{
    ops::{Deref, Range},
    sync::Arc,
};

use bytes::Bytes;

use super::Outbound;

/// Bytes in a queue or a log. Clones and slices share the memory.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    bytes: Bytes,
    /// Counts shared memory. `None` if the holder counts the memory itself.
    charge: Option<Arc<Charge>>,
}

/// Counts the memory of a chunk until its last clone and slice is dropped.
#[derive(Debug)]
struct Charge {
    /// A handle to the whole memory. If the application owns it, dropping a chunk thus never runs application code.
    whole: Bytes,
    outbound: Arc<Outbound>,
}

impl Chunk {
    /// Creates a chunk whose bytes count in the total until its last clone and slice is dropped.
    pub(crate) fn shared(bytes: Bytes, outbound: &Arc<Outbound>) -> Self {
        outbound.change(0, bytes.len());
        let charge = Charge { whole: bytes.clone(), outbound: Arc::clone(outbound) };
        Self { bytes, charge: Some(Arc::new(charge)) }
    }

    /// Creates a chunk whose bytes the holder counts itself.
    pub(crate) fn uncounted(bytes: Bytes) -> Self {
        Self { bytes, charge: None }
    }

    /// Returns a slice, which shares the memory.
    pub(crate) fn slice(&self, range: Range<usize>) -> Self {
        Self { bytes: self.bytes.slice(range), charge: self.charge.clone() }
    }

    /// Returns the number of bytes that the holder must count itself.
    pub(crate) fn uncounted_len(&self) -> usize {
        if self.charge.is_some() { 0 } else { self.bytes.len() }
    }

    /// Returns the share of one holder, in bytes. The shares of all holders add up to the counted size.
    pub(crate) fn share(&self) -> usize {
        self.charge.as_ref().map_or(0, |charge| charge.whole.len().div_ceil(Arc::strong_count(charge)))
    }
}

impl Deref for Chunk {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.outbound.change(self.whole.len(), 0);
        let whole = std::mem::take(&mut self.whole);
        // Dropping application memory may run application code, and a lock may be held here.
        if !whole.is_unique() {
            self.outbound.discard(whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::SHARE;

    #[test]
    fn chunk_counts_once_until_its_last_holder_is_dropped() {
        let outbound = Outbound::new(2 * SHARE);
        let one = Chunk::shared(Bytes::from(vec![7; SHARE]), &outbound);
        let (other, part) = (one.clone(), one.slice(10..20));
        assert_eq!((outbound.total(), &part[..]), (SHARE, &[7; 10][..]));
        drop((one, other));
        assert_eq!(outbound.total(), SHARE, "a slice keeps the whole memory alive");
        drop(part);
        assert_eq!(outbound.total(), 0);
    }

    #[test]
    fn shares_of_all_holders_equal_the_counted_size() {
        let outbound = Outbound::new(usize::MAX);
        let mut holders = vec![Chunk::shared(Bytes::from(vec![7; 4 * SHARE]), &outbound)];
        for count in [1, 2, 4] {
            holders.resize(count, holders[0].slice(0..1));
            assert_eq!(holders.iter().map(Chunk::share).sum::<usize>(), 4 * SHARE, "{count}");
        }
    }

    #[test]
    fn uncounted_chunk_is_counted_by_its_holder() {
        let chunk = Chunk::uncounted(Bytes::from_static(b"hello"));
        assert_eq!((chunk.uncounted_len(), chunk.share()), (5, 0));
    }

    /// Application memory whose drop panics.
    struct Bomb([u8; 3]);

    impl AsRef<[u8]> for Bomb {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[tokio::test]
    async fn application_memory_is_dropped_by_another_task() {
        let outbound = Outbound::new(usize::MAX);
        let chunk = Chunk::shared(Bytes::from_owner(Bomb([7; 3])), &outbound);
        drop((chunk.slice(1..2), chunk));
        assert_eq!(outbound.total(), 0);
        let garbage = outbound.garbage().await.expect("`stop` was not called");
        assert_eq!(garbage, [vec![7; 3]]);
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(garbage))).is_err());
    }

    #[test]
    fn plain_memory_is_dropped_in_place() {
        let outbound = Outbound::new(usize::MAX);
        drop(Chunk::shared(Bytes::from(vec![7; 100]), &outbound));
        outbound.stop();
        assert!(outbound.take_garbage().is_empty());
    }
}
