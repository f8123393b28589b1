//! The subscriptions of one socket: its position in the log of each topic.

use std::{
    collections::HashMap,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use crate::pubsub::Cursor;

/// With at most this many, names are compared one by one.
const FEW: usize = 8;

/// The cursors of one socket, found by the names of their topics.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    cursors: Vec<Cursor>,
    #[expect(clippy::box_collection, reason = "most sockets have few topics, and no room for a map")]
    /// The index of each name, if there are more than a few. The names are shared with the topics.
    places: Option<Box<HashMap<Arc<str>, usize>>>,
}

impl Cursors {
    /// Returns the index of a topic's cursor.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(name).copied(),
            None => self.cursors.iter().position(|cursor| &**cursor.topic().name() == name),
        }
    }

    /// Adds the cursor of a new topic.
    pub(super) fn push(&mut self, cursor: Cursor) {
        let place = self.cursors.len();
        if let Some(places) = &mut self.places {
            places.insert(Arc::clone(cursor.topic().name()), place);
        }
        self.cursors.push(cursor);
        if self.places.is_none() && self.cursors.len() > FEW {
            let names = self.cursors.iter().map(|cursor| Arc::clone(cursor.topic().name()));
            self.places = Some(Box::new(names.zip(0..).collect()));
        }
    }

    /// Removes the cursor at an index.
    pub(super) fn remove(&mut self, place: usize) -> Cursor {
        let cursor = self.cursors.swap_remove(place);
        if let Some(places) = &mut self.places {
            places.remove(&**cursor.topic().name());
            if let Some(moved) = self.cursors.get(place) {
                places.insert(Arc::clone(moved.topic().name()), place);
            }
            if self.cursors.len() <= FEW {
                self.places = None;
            }
        }
        cursor
    }

    /// Removes all cursors.
    pub(super) fn take(&mut self) -> Vec<Cursor> {
        self.places = None;
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

    struct Nobody;

    impl Subscriber for Nobody {
        fn take(&self, _topic: &Arc<Topic>, _window: &LogView) {}
    }

    #[test]
    fn cursors_are_found_by_name_after_changes() {
        let topics = Topics::new(&[Arc::new(Shard::new(Outbound::new(usize::MAX)))]);
        let join = |name: &str| topics.subscribe(0, name, Format::PLAIN, Arc::new(Nobody));
        let mut cursors = Cursors::default();
        for round in 0..40 {
            for topic in 0..round {
                cursors.push(join(&topic.to_string()));
            }
            // Out of order, and some stay until the end.
            for topic in (0..round).step_by(3).chain((0..round).skip(1).step_by(3)) {
                let place = cursors.find(&topic.to_string()).expect("it was pushed");
                let cursor = cursors.remove(place);
                assert_eq!(&**cursor.topic().name(), topic.to_string());
                topics.unsubscribe(0, &cursor);
            }
            for topic in 0..round {
                let place = cursors.find(&topic.to_string());
                assert_eq!(place.is_some(), topic % 3 == 2, "{topic} of {round}");
                assert!(place.is_none_or(|place| **cursors[place].topic().name() == *topic.to_string()));
            }
            assert_eq!(cursors.places.is_some(), cursors.len() > FEW, "{round}");
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
            cursors.push(topics.subscribe(0, &format!("topic {topic}"), Format::PLAIN, Arc::new(Nobody)));
        }
        let other = topics.subscribe(0, "topic 3", Format::NARROW, Arc::new(Nobody));
        let name = cursors[3].topic().name();
        assert!(Arc::ptr_eq(name, other.topic().name()));
        // The two topics, the map of topics, and the map of the socket.
        assert_eq!(Arc::strong_count(name), 4);
    }
}
