//! The topics of one route, on all shards.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    Shard,
    topic::{Cursor, Parcel, Subscriber, Topic},
};

/// The topics of one route. A topic exists while somebody is subscribed.
#[derive(Debug)]
pub(crate) struct Topics {
    shards: Box<[OnShard]>,
}

/// What became of one frame.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// How many subscribers the topic has.
    pub(crate) members: usize,
    /// How many of them take nothing, because their queue is full.
    pub(crate) full: usize,
    /// Where the frame ends in the log of the sender's shard, if anybody is subscribed there.
    pub(crate) end: Option<u64>,
}

#[derive(Debug)]
struct OnShard {
    shard: Arc<Shard>,
    topics: Mutex<HashMap<Box<str>, Arc<Topic>>>,
}

impl OnShard {
    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Arc<Topic>>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, name: &str) -> Option<Arc<Topic>> {
        self.lock().get(name).cloned()
    }
}

impl Topics {
    pub(crate) fn new(shards: &[Arc<Shard>]) -> Self {
        let on = |shard: &Arc<Shard>| OnShard { shard: Arc::clone(shard), topics: Mutex::default() };
        Self { shards: shards.iter().map(on).collect() }
    }

    /// Subscribes a member of the shard.
    pub(crate) fn subscribe(&self, shard: usize, name: &str, member: Arc<dyn Subscriber>) -> Cursor {
        let on = &self.shards[shard];
        let mut topics = on.lock();
        if let Some(topic) = topics.get(name) {
            return topic.join(member);
        }
        let topic = Topic::new(name, &on.shard);
        let cursor = topic.join(member);
        topics.insert(name.into(), topic);
        cursor
    }

    /// Ends a subscription, and with the last one the topic.
    pub(crate) fn unsubscribe(&self, shard: usize, cursor: &Cursor) {
        let mut topics = self.shards[shard].lock();
        if cursor.topic().leave(cursor) {
            topics.remove(cursor.topic().name());
        }
    }

    /// Publishes a frame to all subscribers but `not_to`, who is on `shard`.
    pub(crate) fn publish(&self, name: &str, parcel: Parcel<'_>, not_to: u64, shard: usize) -> Sent {
        let mut sent = Sent::default();
        for (index, on) in self.shards.iter().enumerate() {
            if let Some(topic) = on.find(name) {
                let (members, end) = topic.publish(parcel, not_to);
                sent.members += members;
                sent.full += topic.full().min(members);
                if index == shard && members > 0 {
                    sent.end = Some(end);
                }
            }
        }
        sent
    }

    /// Hands a topic's frames out at once where a burst has made its log too long. To be called after a publish, without
    /// a lock.
    pub(crate) fn relieve(&self, name: &str) {
        for topic in self.shards.iter().filter_map(|on| on.find(name)) {
            if topic.is_overfull() {
                topic.hand_out();
            }
        }
    }

    /// How many subscribers a topic has.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.shards.iter().filter_map(|on| on.find(name)).map(|topic| topic.count()).sum()
    }

    /// All subscribers of a topic.
    pub(crate) fn members(&self, name: &str) -> Vec<Arc<dyn Subscriber>> {
        self.shards.iter().filter_map(|on| on.find(name)).flat_map(|topic| topic.members()).collect()
    }
}
