//! The topics of one route, on all shards.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use super::{
    Shard,
    topic::{Cursor, Frames, Subscriber, Topic},
};
use crate::{
    panics::drop_quietly,
    sync::{Mutex, MutexGuard},
    turn::{Turn, Work, spend},
    wire::Format,
};

/// The topics of one route. A topic exists while it has subscribers.
#[derive(Debug)]
pub(crate) struct Topics {
    shards: Box<[OnShard]>,
}

/// A subscriber that publishes a message and does not receive it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sender {
    /// The id of the socket. It is never 0, which stands for no socket.
    pub(crate) id: u64,
    pub(crate) shard: usize,
    pub(crate) format: Format,
}

/// The result of publishing one message.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// The number of subscribers of the topic.
    pub(crate) members: usize,
    /// The number of these subscribers whose queue is full.
    pub(crate) full: usize,
    /// The position after the frame in the log to which the sender is subscribed; `None` if the sender is not
    /// subscribed to the topic.
    pub(crate) end: Option<u64>,
}

#[derive(Debug)]
struct OnShard {
    shard: Arc<Shard>,
    topics: Mutex<HashMap<Arc<str>, ByFormat>>,
}

/// A topic in each format that its subscribers use, usually one.
#[derive(Clone, Debug)]
struct ByFormat {
    first: (Format, Arc<Topic>),
    others: Vec<(Format, Arc<Topic>)>,
}

impl OnShard {
    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, ByFormat>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, name: &str) -> impl Iterator<Item = (Format, Arc<Topic>)> + use<> {
        let formats = self.lock().get(name).cloned();
        formats.into_iter().flat_map(|formats| std::iter::once(formats.first).chain(formats.others))
    }
}

impl ByFormat {
    fn iter(&self) -> impl Iterator<Item = &(Format, Arc<Topic>)> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Removes `topic`, which has no subscribers left. Returns false if it was the only format.
    fn remove(&mut self, topic: &Arc<Topic>) -> bool {
        if let Some(at) = self.others.iter().position(|(_, other)| Arc::ptr_eq(other, topic)) {
            self.others.swap_remove(at);
        } else if let Some(other) = self.others.pop() {
            self.first = other;
        } else {
            return false;
        }
        true
    }
}

impl Topics {
    pub(crate) fn new(shards: &[Arc<Shard>]) -> Self {
        let on = |shard: &Arc<Shard>| OnShard { shard: Arc::clone(shard), topics: Mutex::default() };
        Self { shards: shards.iter().map(on).collect() }
    }

    /// Subscribes a member of a shard, which receives frames in `format`.
    pub(crate) fn subscribe(
        &self,
        shard: usize,
        name: &str,
        format: Format,
        member: Arc<dyn Subscriber>,
    ) -> Cursor {
        let on = &self.shards[shard];
        let mut topics = on.lock();
        let Some(formats) = topics.get_mut(name) else {
            let topic = Topic::new(name.into(), &on.shard);
            let cursor = topic.join(member);
            topics.insert(Arc::clone(topic.name()), ByFormat { first: (format, topic), others: Vec::new() });
            return cursor;
        };
        if let Some((_, topic)) = formats.iter().find(|(other, _)| *other == format) {
            return topic.join(member);
        }
        let topic = Topic::new(Arc::clone(formats.first.1.name()), &on.shard);
        let cursor = topic.join(member);
        formats.others.push((format, topic));
        cursor
    }

    /// Ends a subscription. Removes the topic if it was the last one.
    pub(crate) fn unsubscribe(&self, shard: usize, cursor: &Cursor) {
        let mut topics = self.shards[shard].lock();
        let topic = cursor.topic();
        if topic.leave(cursor)
            && let Some(formats) = topics.get_mut(topic.name())
            && !formats.remove(topic)
        {
            topics.remove(topic.name());
        }
    }

    /// Encodes the frames of a message for the formats that subscribers use at this moment.
    pub(crate) fn prepare(&self, name: &str, frames: &mut impl Frames) {
        for (format, _) in self.shards.iter().flat_map(|on| on.find(name)) {
            frames.parcel(format);
        }
    }

    /// Publishes a message to all subscribers except `sender`.
    pub(crate) fn publish(&self, name: &str, frames: &mut impl Frames, sender: Option<Sender>) -> Sent {
        spend(Work::Frame);
        let mut sent = Sent::default();
        let not_to = sender.map_or(0, |sender| sender.id);
        for (index, on) in self.shards.iter().enumerate() {
            for (format, topic) in on.find(name) {
                let (members, end) = topic.publish(frames.parcel(format), not_to);
                sent.members += members;
                sent.full += topic.full().min(members);
                let is_senders = |sender: Sender| sender.shard == index && sender.format == format;
                if members > 0 && sender.is_some_and(is_senders) {
                    sent.end = Some(end);
                }
            }
        }
        sent
    }

    /// Delivers frames of a topic if a burst has made its log too long, for one turn at most. The next publish continues
    /// with the next subscriber. The caller must not hold a lock, and must have published before.
    pub(crate) fn relieve(&self, name: &str) {
        let turn = Turn::begin();
        for (_, topic) in self.shards.iter().flat_map(|on| on.find(name)) {
            if topic.is_overfull() {
                topic.relieve(turn, |member| {
                    drop_quietly(member);
                    topic.outbound().make_room(0);
                });
            }
        }
    }

    /// Returns the number of subscribers of a topic.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.shards.iter().flat_map(|on| on.find(name)).map(|(_, topic)| topic.count()).sum()
    }

    /// Returns all subscribers of a topic.
    pub(crate) fn members(&self, name: &str) -> Vec<Arc<dyn Subscriber>> {
        let topics = self.shards.iter().flat_map(|on| on.find(name));
        let members: Vec<_> = topics.flat_map(|(_, topic)| topic.members()).collect();
        spend(Work::Visited(members.len()));
        members
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use super::*;
    use crate::{
        memory::Outbound,
        pubsub::{FrameRef, LogView},
    };

    struct Sink;

    impl Subscriber for Sink {
        fn take(&self, _topic: &Arc<Topic>, _window: &LogView) {}
    }

    /// A generator of reproducible pseudorandom numbers.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: usize) -> usize {
            // This is Knuth's MMIX generator, whose high bits are the better ones.
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).expect("31 bits are a size") % sides
        }
    }

    /// A subscriber whose deliveries cost this much.
    struct Costly(Work, AtomicUsize);

    impl Subscriber for Costly {
        fn take(&self, _topic: &Arc<Topic>, _window: &LogView) {
            spend(self.0);
            self.1.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn publisher_delivers_for_one_turn_at_a_time() {
        const MIB: usize = 1 << 20;
        // The number of subscribers, the cost of each, and the number of deliveries of each publish.
        let cases: [(usize, Work, &[usize]); 6] = [
            (1, Work::Moved(64 * MIB), &[1, 0, 0]),
            (4, Work::Moved(MIB), &[4, 0, 0]),
            (10, Work::Moved(MIB), &[4, 4, 2, 0]),
            (9, Work::Inflated(MIB), &[1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]),
            (1000, Work::Call, &[512, 488, 0]),
            (3, Work::Frame, &[3, 0]),
        ];
        for (count, work, expected) in cases {
            let topics = Topics::new(&[Arc::new(Shard::new(Outbound::new(usize::MAX)))]);
            let members: Vec<_> = (0..count).map(|_| Arc::new(Costly(work, AtomicUsize::new(0)))).collect();
            let cursors = members.iter().map(|member| {
                topics.subscribe(0, "room", Format::PLAIN, Arc::clone(member) as Arc<dyn Subscriber>)
            });
            let cursors: Vec<_> = cursors.collect();
            topics.publish("room", &mut FrameRef { head: &vec![7; 2 * MIB], rest: None, key: None }, None);
            let taken = || members.iter().map(|member| member.1.load(Ordering::Relaxed)).sum::<usize>();
            let mut counted = 0;
            let found = expected.iter().map(|_| {
                topics.relieve("room");
                let before = std::mem::replace(&mut counted, taken());
                counted - before
            });
            assert_eq!(found.collect::<Vec<_>>(), expected, "{count} subscribers, {work:?}");
            assert!(
                members.iter().all(|member| member.1.load(Ordering::Relaxed) == 1),
                "{count} subscribers, {work:?}: each one has its frames"
            );
            drop(cursors);
        }
    }

    #[test]
    fn publisher_goes_on_after_subscribers_have_left() {
        const MIB: usize = 1 << 20;
        let topics = Topics::new(&[Arc::new(Shard::new(Outbound::new(usize::MAX)))]);
        let members: Vec<_> =
            (0..10).map(|_| Arc::new(Costly(Work::Moved(MIB), AtomicUsize::new(0)))).collect();
        let join = |member: &Arc<Costly>| topics.subscribe(0, "room", Format::PLAIN, Arc::clone(member) as _);
        let cursors: Vec<_> = members.iter().map(join).collect();
        let publish = || {
            topics.publish("room", &mut FrameRef { head: &vec![7; 2 * MIB], rest: None, key: None }, None);
            topics.relieve("room");
        };
        let taken = || members.iter().map(|member| member.1.load(Ordering::Relaxed)).collect::<Vec<_>>();
        publish();
        // Of those that have theirs, and of those that have not.
        for gone in [1, 4, 5] {
            topics.unsubscribe(0, &cursors[gone]);
        }
        let again = join(&members[1]);
        publish();
        // The place of the last one is taken again, and it got nothing that is older.
        assert_eq!(taken(), [1, 2, 1, 1, 0, 0, 1, 1, 1, 0]);
        publish();
        assert_eq!(taken(), [1, 2, 1, 1, 0, 0, 1, 1, 1, 1]);
        publish();
        assert_eq!(taken(), [2, 3, 2, 2, 0, 0, 1, 1, 1, 1]);
        topics.unsubscribe(0, &again);
    }

    #[test]
    fn topics_without_subscribers_are_removed() {
        const SHARDS: usize = 3;
        const NAMES: [&str; 5] = ["a", "b", "c", "d", ""];
        let shards: Vec<_> = (0..SHARDS).map(|_| Arc::new(Shard::new(Outbound::new(usize::MAX)))).collect();
        let topics = Topics::new(&shards);
        let formats = [Format::PLAIN, Format::deflated(9), Format::deflated(15)];
        let mut dice = Dice(1);
        // The shard of each socket, and its subscriptions by topic.
        let mut sockets: Vec<(usize, BTreeMap<usize, Cursor>)> =
            (0..50).map(|_| (dice.roll(SHARDS), BTreeMap::new())).collect();
        for step in 0..10_000 {
            let (at, name) = (dice.roll(sockets.len()), dice.roll(NAMES.len()));
            let (shard, subscribed) = &mut sockets[at];
            match dice.roll(8) {
                0..4 => {
                    subscribed.entry(name).or_insert_with(|| {
                        topics.subscribe(*shard, NAMES[name], formats[at % 3], Arc::new(Sink))
                    });
                }
                4..6 => {
                    if let Some(cursor) = subscribed.remove(&name) {
                        topics.unsubscribe(*shard, &cursor);
                    }
                }
                6 => {
                    topics.publish(
                        NAMES[name],
                        &mut FrameRef { head: b"frame", rest: None, key: None },
                        None,
                    );
                }
                // A socket closes, and another one reuses its index.
                _ => {
                    for cursor in std::mem::take(subscribed).into_values() {
                        topics.unsubscribe(*shard, &cursor);
                    }
                    *shard = dice.roll(SHARDS);
                }
            }
            let counted = sockets.iter().filter(|(_, subscribed)| subscribed.contains_key(&name)).count();
            assert_eq!(topics.count(NAMES[name]), counted, "step {step}");
            assert_eq!(topics.members(NAMES[name]).len(), counted, "step {step}");
        }
        assert!(topics.shards.iter().any(|on| !on.lock().is_empty()), "no topic has subscribers");
        for (shard, subscribed) in sockets {
            for cursor in subscribed.into_values() {
                topics.unsubscribe(shard, &cursor);
            }
        }
        assert!(topics.shards.iter().all(|on| on.lock().is_empty()));
    }
}
