//! A shard: numbers published frames, and runs the task that delivers them.
//!
//! A shard is data, not a thread. A connection is assigned to a shard when it is accepted.

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError},
};

use super::{
    LogView,
    topic::{SLICE, Subscriber, Topic},
};
use crate::{
    memory::Outbound,
    panics::drop_all_quietly,
    sync::{AtomicBool, AtomicU64, Mutex, Notify, Ordering},
    turn::Turn,
};

/// The state that the topics of one shard share.
#[derive(Debug)]
pub(crate) struct Shard {
    order: AtomicU64,
    /// The number of frames that are visible to every reader who sees this number.
    published: AtomicU64,
    /// The topics with undelivered frames. Each is listed at most once.
    queue: Mutex<VecDeque<Arc<Topic>>>,
    wake: Notify,
    stopped: AtomicBool,
    pub(super) outbound: Arc<Outbound>,
}

impl Shard {
    /// Creates a shard. The memory of its logs is counted in `outbound`.
    pub(crate) fn new(outbound: Arc<Outbound>) -> Self {
        Self {
            order: AtomicU64::new(0),
            published: AtomicU64::new(0),
            queue: Mutex::default(),
            wake: Notify::new(),
            stopped: AtomicBool::new(false),
            outbound,
        }
    }

    /// Returns the number for the next frame. The caller holds the lock of the topic, so that a reader who sees the
    /// number and then takes that lock finds the frame.
    pub(super) fn next_order(&self) -> u64 {
        self.order.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// Returns the number of the last frame.
    pub(super) fn order(&self) -> u64 {
        self.order.load(Ordering::Acquire)
    }

    /// Counts a frame after the end of its log was stored.
    pub(super) fn note_published(&self) {
        self.published.fetch_add(1, Ordering::Release);
    }

    /// Returns the number of published frames.
    pub(super) fn published(&self) -> u64 {
        self.published.load(Ordering::Acquire)
    }

    pub(super) fn queue(&self, topic: Arc<Topic>) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push_back(topic);
        self.wake.notify_one();
    }

    fn next(&self) -> Option<Arc<Topic>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Delivers all pending frames, so that the logs free their memory. Returns the subscribers, for the caller to drop
    /// after all locks are released. Frames published meanwhile are left to the flusher.
    pub(crate) fn hand_out(&self) -> Vec<Arc<dyn Subscriber>> {
        let topics: Vec<_> = {
            let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.iter().cloned().collect()
        };
        let mut members = Vec::new();
        for topic in topics {
            topic.hand_out(|member| members.push(member));
        }
        members
    }

    /// Makes [`flush`](Self::flush) return as soon as no frames are pending.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// Delivers pending frames until [`stop`](Self::stop) is called. It yields between two slices, and in a slice when its
    /// turn is over.
    pub(crate) async fn flush(&self) {
        let (mut members, mut window) = (Vec::with_capacity(SLICE), LogView::default());
        // The number of subscribers written to since the last yield. Small topics share a slice.
        let (mut written, mut turn) = (0, Turn::begin());
        loop {
            let Some(topic) = self.next() else {
                if self.stopped.load(Ordering::Acquire) {
                    return;
                }
                written = 0;
                self.wake.notified().await;
                turn = Turn::begin();
                continue;
            };
            let at = topic.begin_round();
            let mut next = Some(0);
            while let Some(from) = next {
                next = topic.slice(from, &mut members, &mut window);
                written += members.len();
                for member in &members {
                    member.take(&topic, &window);
                    self.outbound.make_room(0);
                    if turn.is_over() {
                        written = 0;
                        tokio::task::yield_now().await;
                        turn = Turn::begin();
                    }
                }
                drop_all_quietly(&mut members);
                if written >= SLICE {
                    written = 0;
                    tokio::task::yield_now().await;
                    turn = Turn::begin();
                }
            }
            window = LogView::default();
            if topic.finish(at) {
                self.queue(topic);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;
    use crate::{
        pubsub::{Cursor, FrameRef, Topics},
        turn::{Work, spend},
        wire::Format,
    };

    /// A subscriber that unsubscribes while it receives a frame, so that the flusher drops it last. Its drop panics.
    struct Bomb {
        subscription: Mutex<Option<(Arc<Topics>, Cursor)>>,
        armed: bool,
        taken: Arc<AtomicUsize>,
    }

    impl Subscriber for Bomb {
        fn take(&self, _topic: &Arc<Topic>, _window: &LogView) {
            self.taken.fetch_add(1, Ordering::Relaxed);
            if self.armed
                && let Some((topics, cursor)) =
                    self.subscription.lock().expect("no thread panics with the lock").take()
            {
                topics.unsubscribe(0, &cursor);
            }
        }
    }

    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(!self.armed, "application data panics when it is dropped");
        }
    }

    /// Counts the deliveries between two steps of another task.
    struct Costly {
        work: Work,
        /// The steps of the other task.
        looks: Arc<AtomicUsize>,
        /// The last step, the deliveries since then, and the maximum.
        seen: Mutex<(usize, usize, usize)>,
        taken: AtomicUsize,
    }

    /// One subscriber with a turn in common with the others.
    struct OneOf(Arc<Costly>);

    impl Subscriber for OneOf {
        fn take(&self, _topic: &Arc<Topic>, _window: &LogView) {
            let Costly { work, looks, seen, taken } = &*self.0;
            spend(*work);
            taken.fetch_add(1, Ordering::Relaxed);
            let look = looks.load(Ordering::Relaxed);
            let mut seen = seen.lock().expect("nobody panics here");
            seen.1 = if seen.0 == look { seen.1 + 1 } else { 1 };
            seen.0 = look;
            seen.2 = seen.2.max(seen.1);
        }
    }

    #[tokio::test]
    async fn flusher_yields_when_its_turn_is_over() {
        const MIB: usize = 1 << 20;
        // The cost of a delivery, the number of subscribers, of topics, and the maximum of deliveries in a turn.
        for (work, count, topics, most) in [
            (Work::Moved(MIB), 40, 1, 4),
            (Work::Moved(MIB), 2, 20, 4),
            (Work::Inflated(MIB), 40, 1, 1),
            (Work::Deflated(64 * 1024), 3, 7, 1),
            (Work::Call, 100, 1, SLICE),
        ] {
            let shard = Arc::new(Shard::new(Outbound::new(usize::MAX)));
            let all = Topics::new(&[Arc::clone(&shard)]);
            let looks = Arc::<AtomicUsize>::default();
            let costly = Costly {
                work,
                looks: Arc::clone(&looks),
                seen: Mutex::default(),
                taken: AtomicUsize::default(),
            };
            let costly = Arc::new(costly);
            let names: Vec<_> = (0..topics).map(|topic| topic.to_string()).collect();
            let join =
                |name: &String| all.subscribe(0, name, Format::PLAIN, Arc::new(OneOf(Arc::clone(&costly))));
            let cursors: Vec<_> = names.iter().flat_map(|name| (0..count).map(move |_| join(name))).collect();
            for name in &names {
                all.publish(name, &mut FrameRef { head: b"frame", rest: None, key: None }, None);
            }
            shard.stop();
            let flushing = tokio::spawn(async move { shard.flush().await });
            while !flushing.is_finished() {
                looks.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
            let seen = costly.seen.lock().expect("nobody panics here").2;
            let what = format!("{count} subscribers of {topics} topics, {work:?}");
            assert_eq!(costly.taken.load(Ordering::Relaxed), count * topics, "{what}");
            assert!(seen <= most, "{what}: {seen} at once");
            drop(cursors);
        }
    }

    #[tokio::test]
    async fn flusher_continues_when_dropping_a_subscriber_panics() {
        let shard = Arc::new(Shard::new(Outbound::new(usize::MAX)));
        let topics = Arc::new(Topics::new(&[Arc::clone(&shard)]));
        let taken = Arc::new(AtomicUsize::new(0));
        for armed in [true, false] {
            let bomb = Arc::new(Bomb { subscription: Mutex::default(), armed, taken: Arc::clone(&taken) });
            let cursor = topics.subscribe(0, "room", Format::PLAIN, Arc::clone(&bomb) as Arc<dyn Subscriber>);
            *bomb.subscription.lock().expect("no thread panics with the lock") =
                Some((Arc::clone(&topics), cursor));
        }
        topics.publish("room", &mut FrameRef { head: b"frame", rest: None, key: None }, None);
        shard.stop();
        shard.flush().await;
        assert_eq!((taken.load(Ordering::Relaxed), topics.count("room")), (2, 1));
    }
}
