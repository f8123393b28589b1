//! The subscriptions of a socket: its position in the log of each topic.

use std::{
    collections::HashMap,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use crate::pubsub::{Cursor, is_behind};

/// Up to this number of cursors, names are compared one by one.
const FEW: usize = 8;

/// The cursors of a socket, found by the names of their topics.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    cursors: Vec<Cursor>,
    /// Present if there are more than a few. Most sockets have few topics, and no room for it.
    index: Option<Box<Index>>,
}

/// What replaces a walk over many cursors.
#[derive(Debug, Default)]
struct Index {
    /// The index of each name's cursor. The names are shared with the topics.
    indices: HashMap<Arc<str>, usize>,
    /// The number of published frames of the shard at which no cursor was behind.
    seen: u64,
}

impl Cursors {
    /// Returns the index of a topic's cursor.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.indices.get(name).copied(),
            None => self.cursors.iter().position(|cursor| &**cursor.topic().name() == name),
        }
    }

    /// Adds the cursor of a new topic.
    pub(super) fn push(&mut self, cursor: Cursor) {
        let at = self.cursors.len();
        if let Some(index) = &mut self.index {
            index.indices.insert(Arc::clone(cursor.topic().name()), at);
        }
        self.cursors.push(cursor);
        if self.index.is_none() && self.cursors.len() > FEW {
            let names = self.cursors.iter().map(|cursor| Arc::clone(cursor.topic().name()));
            self.index = Some(Box::new(Index { indices: names.zip(0..).collect(), seen: 0 }));
        }
    }

    /// Removes the cursor at an index.
    pub(super) fn remove(&mut self, at: usize) -> Cursor {
        let cursor = self.cursors.swap_remove(at);
        if let Some(index) = &mut self.index {
            index.indices.remove(&**cursor.topic().name());
            if let Some(moved) = self.cursors.get(at) {
                index.indices.insert(Arc::clone(moved.topic().name()), at);
            }
            if self.cursors.len() <= FEW {
                self.index = None;
            }
        }
        cursor
    }

    /// Removes all cursors.
    pub(super) fn take(&mut self) -> Vec<Cursor> {
        self.index = None;
        std::mem::take(&mut self.cursors)
    }

    /// Returns true if any topic holds frames that the socket has not received.
    #[inline]
    pub(super) fn is_behind(&mut self) -> bool {
        if self.index.is_some() { self.is_any_behind() } else { is_behind(&self.cursors) }
    }

    /// Visits many cursors only if something was published on the shard since none was behind.
    #[cold]
    fn is_any_behind(&mut self) -> bool {
        let (Some(index), [first, ..]) = (&mut self.index, &self.cursors[..]) else { return false };
        // Read before the walk: the walk sees every frame that is counted here.
        let published = first.topic().published();
        if index.seen == published {
            return false;
        }
        let is_behind = is_behind(&self.cursors);
        if !is_behind {
            index.seen = published;
        }
        is_behind
    }
}

impl Deref for Cursors {
    type Target = [Cursor];

    fn deref(&self) -> &[Cursor] {
        &self.cursors
    }
}

impl DerefMut for Cursors {
    fn deref_mut(&mut self) -> &mut [Cursor] {
        &mut self.cursors
    }
}

#[cfg(all(test, not(ws_loom)))]
mod tests {
    use super::*;
    use crate::{
        memory::Outbound,
        pubsub::{FrameRef, LogView, Shard, Subscriber, Topic, Topics, catch_up},
        turn::Turn,
        wire::Format,
    };

    struct NoSubscriber;

    impl Subscriber for NoSubscriber {
        fn take(&self, _topic: &Arc<Topic>, _window: &LogView) {}
    }

    #[test]
    fn cursors_are_found_by_name_after_removals() {
        let topics = Topics::new(&[Arc::new(Shard::new(Outbound::new(usize::MAX)))]);
        let subscribe = |name: &str| topics.subscribe(0, name, Format::PLAIN, Arc::new(NoSubscriber));
        let mut cursors = Cursors::default();
        for round in 0..40 {
            for topic in 0..round {
                cursors.push(subscribe(&topic.to_string()));
            }
            // Two thirds of the cursors are removed, out of order.
            for topic in (0..round).step_by(3).chain((0..round).skip(1).step_by(3)) {
                let index = cursors.find(&topic.to_string()).expect("the cursor was pushed");
                let cursor = cursors.remove(index);
                assert_eq!(&**cursor.topic().name(), topic.to_string());
                topics.unsubscribe(0, &cursor);
            }
            for topic in 0..round {
                let index = cursors.find(&topic.to_string());
                assert_eq!(index.is_some(), topic % 3 == 2, "{topic} of {round}");
                assert!(index.is_none_or(|index| **cursors[index].topic().name() == *topic.to_string()));
            }
            assert_eq!(cursors.index.is_some(), cursors.len() > FEW, "{round}");
            for cursor in cursors.take() {
                topics.unsubscribe(0, &cursor);
            }
            assert_eq!(cursors.find("2"), None);
        }
    }

    #[test]
    fn many_cursors_are_checked_only_after_a_publish() {
        for count in [FEW + 1, 100, 1024] {
            let shards = [Arc::new(Shard::new(Outbound::new(usize::MAX)))];
            let (topics, elsewhere) = (Topics::new(&shards), Topics::new(&shards));
            let mut cursors = Cursors::default();
            for topic in 0..count {
                cursors.push(topics.subscribe(0, &topic.to_string(), Format::PLAIN, Arc::new(NoSubscriber)));
            }
            let other = elsewhere.subscribe(0, "other", Format::PLAIN, Arc::new(NoSubscriber));
            let walk = 4 * count as u64;
            let publish = |topics: &Topics, name: &str| {
                topics.publish(name, &mut FrameRef { head: b"frame", rest: None, key: None }, None)
            };
            let check = |cursors: &mut Cursors, expected: (bool, u64), what: &str| {
                let turn = Turn::begin();
                let is_behind = cursors.is_behind();
                assert_eq!((is_behind, turn.spent()), expected, "{count} topics, {what}");
            };
            check(&mut cursors, (false, 0), "nothing was published");
            let published = publish(&topics, &(count - 1).to_string());
            assert_eq!(published.members, 1);
            check(&mut cursors, (true, walk), "a frame is there");
            check(&mut cursors, (true, walk), "it was not taken");
            let mut frames = 0;
            catch_up(&mut cursors, 7, |_| frames += 1);
            assert_eq!(frames, 1);
            check(&mut cursors, (false, walk), "it was taken");
            check(&mut cursors, (false, 0), "nothing was published since");
            publish(&elsewhere, "other");
            check(&mut cursors, (false, walk), "something was published elsewhere");
            check(&mut cursors, (false, 0), "nothing was published since then");
            publish(&topics, "0");
            check(&mut cursors, (true, walk), "another frame is there");
            elsewhere.unsubscribe(0, &other);
        }
    }

    #[test]
    fn topic_name_is_stored_once() {
        let topics = Topics::new(&[Arc::new(Shard::new(Outbound::new(usize::MAX)))]);
        let mut cursors = Cursors::default();
        for topic in 0..20 {
            cursors.push(topics.subscribe(
                0,
                &format!("topic {topic}"),
                Format::PLAIN,
                Arc::new(NoSubscriber),
            ));
        }
        let other = topics.subscribe(0, "topic 3", Format::NARROW, Arc::new(NoSubscriber));
        let name = cursors[3].topic().name();
        assert!(Arc::ptr_eq(name, other.topic().name()));
        // The owners are the two topics, the map of topics, and the map of the socket.
        assert_eq!(Arc::strong_count(name), 4);
    }
}
