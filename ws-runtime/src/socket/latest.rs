//! The messages that a full queue keeps with `latest_by_key`: the latest of each key, until there is room.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use bytes::Bytes;
use serde_json::Value;

use crate::{
    memory::{Chunk, SHARE},
    turn::{Work, spend},
};

/// The overhead of a kept message in addition to its bytes and key: an entry of the tree and two handles.
const ENTRY: usize = 128;
/// The size of a slot in the table of keys, in bytes, including its share of free slots and its control byte.
const SLOT: usize = size_of::<(Arc<str>, u64)>() * 8 / 7 + 1;

/// The latest message of each key. It is empty unless the queue is full, because kept messages are queued as soon as
/// there is room.
#[derive(Debug)]
pub(super) struct Latest {
    pointer: &'static str,
    /// The maximum of `held`, in bytes.
    most: usize,
    /// The bytes of messages and keys, and their overhead.
    held: usize,
    /// The part of `held` that shared chunks count themselves, in bytes.
    shared: usize,
    /// The messages in the order of sending.
    frames: BTreeMap<u64, (Arc<str>, Chunk)>,
    positions: HashMap<Arc<str>, u64>,
    next: u64,
}

/// Returns the key of a JSON message: the value at the pointer (RFC 6901), as JSON. `None` if that value is `null` or
/// missing, or if the message is not JSON.
pub(super) fn key(pointer: &str, message: &[u8]) -> Option<Arc<str>> {
    spend(Work::Decoded(message.len()));
    let message: Value = serde_json::from_slice(message).ok()?;
    let key = message.pointer(pointer).filter(|key| !key.is_null())?;
    Some(key.to_string().into())
}

impl Latest {
    pub(super) fn new(pointer: &'static str, most: usize) -> Self {
        Self {
            pointer,
            most,
            held: 0,
            shared: 0,
            frames: BTreeMap::new(),
            positions: HashMap::new(),
            next: 0,
        }
    }

    pub(super) fn pointer(&self) -> &'static str {
        self.pointer
    }

    /// Returns the number of bytes held, including overhead.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// Returns the memory that the queue counts, in bytes, including capacity.
    pub(super) fn memory(&self) -> usize {
        self.held - self.shared + self.positions.capacity() * SLOT
    }

    /// Returns the share in chunks that are shared with other queues, in bytes.
    pub(super) fn share(&self) -> usize {
        self.frames.values().map(|(_, frame)| frame.share()).sum()
    }

    /// Keeps a frame and drops the previous one of its key. Returns false if there is no room. The previous frame is
    /// then dropped too, because it would be outdated.
    pub(super) fn keep_latest(&mut self, key: &Arc<str>, frame: &Chunk) -> bool {
        if let Some(position) = self.positions.remove(key)
            && let Some((key, outdated)) = self.frames.remove(&position)
        {
            self.forget(&key, &outdated);
        }
        if self.held + weight(key, frame) > self.most {
            return false;
        }
        // A small frame is copied, because it would keep a larger allocation alive.
        let frame =
            if frame.len() < SHARE { Chunk::uncounted(Bytes::copy_from_slice(frame)) } else { frame.clone() };
        self.held += weight(key, &frame);
        self.shared += frame.len() - frame.uncounted_len();
        self.positions.insert(Arc::clone(key), self.next);
        self.frames.insert(self.next, (Arc::clone(key), frame));
        self.next += 1;
        true
    }

    /// Removes and returns the frame that was sent first.
    pub(super) fn pop(&mut self) -> Option<Chunk> {
        let Some((_, (key, frame))) = self.frames.pop_first() else {
            // A socket that has caught up frees the table.
            self.positions = HashMap::new();
            return None;
        };
        self.positions.remove(&key);
        self.forget(&key, &frame);
        if self.positions.capacity() > 4 * self.positions.len() + 64 {
            self.positions.shrink_to(2 * self.positions.len());
        }
        Some(frame)
    }

    fn forget(&mut self, key: &str, frame: &Chunk) {
        self.held -= weight(key, frame);
        self.shared -= frame.len() - frame.uncounted_len();
    }

    /// Drops all messages and frees their memory.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.pointer, self.most);
    }
}

fn weight(key: &str, frame: &Chunk) -> usize {
    key.len() + frame.len() + ENTRY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_the_value_at_the_pointer() {
        for (pointer, message, expected) in [
            ("/symbol", r#"{"symbol":"A","price":1}"#, Some("\"A\"")),
            ("/symbol", r#"{"symbol":1}"#, Some("1")),
            ("/symbol", r#"{"symbol":["A",1]}"#, Some(r#"["A",1]"#)),
            ("/quote/symbol", r#"{"quote":{"symbol":"A"}}"#, Some("\"A\"")),
            ("/a~1b", r#"{"a/b":true}"#, Some("true")),
            ("/0", r#"["A"]"#, Some("\"A\"")),
            ("/symbol", r#"{"symbol":null}"#, None),
            ("/symbol", r#"{"price":1}"#, None),
            ("/symbol", "not JSON", None),
            ("/symbol", "", None),
        ] {
            assert_eq!(key(pointer, message.as_bytes()).as_deref(), expected, "{pointer} {message}");
        }
    }

    fn keep_latest(latest: &mut Latest, key: &str, frame: &'static str) -> bool {
        latest.keep_latest(&key.into(), &Chunk::uncounted(Bytes::from_static(frame.as_bytes())))
    }

    #[test]
    fn latest_of_each_key_is_kept_in_order() {
        let mut latest = Latest::new("/k", 10_000);
        for (key, frame) in [("a", "a1"), ("b", "b1"), ("a", "a2"), ("c", "c1"), ("b", "b2")] {
            assert!(keep_latest(&mut latest, key, frame));
        }
        let kept: Vec<_> = std::iter::from_fn(|| latest.pop()).map(|frame| frame.to_vec()).collect();
        assert_eq!(kept, [b"a2", b"c1", b"b2"]);
        assert_eq!((latest.held(), latest.memory()), (0, 0));
    }

    #[test]
    fn kept_messages_are_bounded_and_never_outdated() {
        let mut latest = Latest::new("/k", 2 * (ENTRY + 5));
        assert!(keep_latest(&mut latest, "a", "four") && keep_latest(&mut latest, "b", "four"));
        assert!(!keep_latest(&mut latest, "c", "four"));
        assert!(keep_latest(&mut latest, "a", "4444"), "a message of the same size replaces the kept one");
        assert!(!keep_latest(&mut latest, "b", "five!"));
        assert_eq!(latest.held(), ENTRY + 5);
        assert_eq!(latest.pop().as_deref(), Some(&b"4444"[..]));
        assert!(latest.pop().is_none());
    }

    #[test]
    fn memory_includes_the_table_but_no_shared_chunks() {
        let mut latest = Latest::new("/k", 1 << 20);
        for key in 0..1000 {
            assert!(keep_latest(&mut latest, &key.to_string(), "frame"));
        }
        assert!(latest.memory() >= latest.held() + 1000 * size_of::<(Arc<str>, u64)>());
        while latest.frames.len() > 1 {
            latest.pop();
        }
        assert!(latest.memory() <= 4096, "{}: the table shrinks", latest.memory());
        let outbound = crate::memory::Outbound::new(usize::MAX);
        let before = latest.memory();
        let frame = Chunk::shared(Bytes::from(vec![7; 100_000]), &outbound);
        assert!(latest.keep_latest(&"large".into(), &frame));
        assert!(latest.held() > 100_000 && latest.memory() < before + 1000);
        assert_eq!(latest.share(), 50_000);
        latest.clear();
        assert_eq!((latest.memory(), latest.share()), (0, 0));
    }
}
