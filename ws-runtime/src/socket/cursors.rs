//! The subscriptions of a socket: its position in the log of each topic.

use std::{
    collections::HashMap,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use crate::pubsub::Cursor;

/// Up to this number of cursors, names are compared one by one.
const FEW: usize = 8;

/// The cursors of a socket, found by the names of their topics.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    cursors: Vec<Cursor>,
    #[expect(clippy::box_collection, reason = "most sockets have few topics and need no map")]
    /// The index of each name's cursor, if there are more than a few. The names are shared with the topics.
    indices: Option<Box<HashMap<Arc<str>, usize>>>,
}

impl Cursors {
    /// Returns the index of a topic's cursor.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        match &self.indices {
            Some(indices) => indices.get(name).copied(),
            None => self.cursors.iter().position(|cursor| &**cursor.topic().name() == name),
        }
    }

    /// Adds the cursor of a new topic.
    pub(super) fn push(&mut self, cursor: Cursor) {
        let index = self.cursors.len();
        if let Some(indices) = &mut self.indices {
            indices.insert(Arc::clone(cursor.topic().name()), index);
        }
        self.cursors.push(cursor);
        if self.indices.is_none() && self.cursors.len() > FEW {
            let names = self.cursors.iter().map(|cursor| Arc::clone(cursor.topic().name()));
            self.indices = Some(Box::new(names.zip(0..).collect()));
        }
    }

    /// Removes the cursor at an index.
    pub(super) fn remove(&mut self, index: usize) -> Cursor {
        let cursor = self.cursors.swap_remove(index);
        if let Some(indices) = &mut self.indices {
            indices.remove(&**cursor.topic().name());
            if let Some(moved) = self.cursors.get(index) {
                indices.insert(Arc::clone(moved.topic().name()), index);
            }
            if self.cursors.len() <= FEW {
                self.indices = None;
            }
        }
        cursor
    }

    /// Removes all cursors.
    pub(super) fn take(&mut self) -> Vec<Cursor> {
        self.indices = None;
        std::mem::take(&mut self.cursors)
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
        pubsub::{LogView, Shard, Subscriber, Topic, Topics},
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
            assert_eq!(cursors.indices.is_some(), cursors.len() > FEW, "{round}");
            for cursor in cursors.take() {
                topics.unsubscribe(0, &cursor);
            }
            assert_eq!(cursors.find("2"), None);
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
