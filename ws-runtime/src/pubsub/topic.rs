//! One topic on one shard: its subscribers and its log.

use std::{
    any::Any,
    fmt,
    sync::{Arc, PoisonError},
};

use super::{
    LogView, Shard,
    log::{Log, LogEntry, Position},
    places::Places,
};
use crate::{
    memory::{Chunk, Outbound},
    sync::{AtomicU64, AtomicUsize, Mutex, MutexGuard, Ordering},
    turn::{Turn, Work, spend},
    wire::Format,
};

/// The size of the log, in bytes, above which publishers help to deliver it, so that a burst cannot make it grow without
/// bound.
const MAX_LOG: usize = 1 << 20;
/// The number of subscribers that are written to between two yields. With fewer, the flusher yields more often; with
/// more, frames that are published during a slice wait longer.
pub(super) const SLICE: usize = 16;

/// The number of subscriptions that can be checked for new frames as part of the cost of one message.
const FEW: usize = 8;

/// A receiver of the frames of a topic.
pub(crate) trait Subscriber: Any + Send + Sync {
    /// Takes the frames of `window` that come after the subscriber's cursor.
    fn take(&self, topic: &Arc<Topic>, window: &LogView);
}

/// One topic on one shard, in one format.
///
/// Locks are taken in this order: the write half of a subscriber, the map of topics, the topic. A topic is never locked
/// while a subscriber is called.
pub(crate) struct Topic {
    /// The name, shared with the map of topics and with the subscriptions of each socket.
    name: Arc<str>,
    shard: Arc<Shard>,
    /// The end of the log, readable without the lock.
    end: AtomicU64,
    /// The number of subscribers that accept no messages because their queue is full.
    full: AtomicUsize,
    state: Mutex<TopicState>,
}

struct TopicState {
    log: Log,
    members: Places<Arc<dyn Subscriber>>,
    /// True if the topic is in the queue of the shard's flusher.
    queued: bool,
    relief: PublisherRound,
}

/// The round of the publishers, which a burst makes deliver a part of it each.
#[derive(Default)]
struct PublisherRound {
    /// True while a publisher delivers. A second one might end the round before the first one has delivered.
    running: bool,
    /// The place of the next subscriber. At 0 a round begins.
    next: usize,
    /// The end of the log when the round began.
    at: u64,
}

/// A subscription, which is the position of a subscriber in the log of a topic. The subscriber stores it with its write
/// half.
#[derive(Debug)]
pub(crate) struct Cursor {
    topic: Arc<Topic>,
    slot: usize,
    position: Position,
}

/// A frame to publish: a part to copy, and an optional part to share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameRef<'a> {
    pub(crate) head: &'a [u8],
    pub(crate) rest: Option<&'a Chunk>,
    /// The key of which this frame is the latest message. Full queues keep the latest message of each key. `None` if
    /// the message has no key.
    pub(crate) key: Option<&'a Arc<str>>,
}

/// A message to publish, as one frame for each format, encoded on first use.
pub(crate) trait Frames {
    fn parcel(&mut self, format: Format) -> FrameRef<'_>;
}

/// A frame that is the same in every format.
impl Frames for FrameRef<'_> {
    fn parcel(&mut self, _format: Format) -> FrameRef<'_> {
        *self
    }
}

impl Topic {
    pub(super) fn new(name: Arc<str>, shard: &Arc<Shard>) -> Arc<Self> {
        Arc::new(Self {
            name,
            shard: Arc::clone(shard),
            end: AtomicU64::new(0),
            full: AtomicUsize::new(0),
            state: Mutex::new(TopicState {
                log: Log::new(Arc::clone(&shard.outbound)),
                members: Places::default(),
                queued: false,
                relief: PublisherRound::default(),
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, TopicState> {
        // No user code runs under the lock, so a poisoned lock protects valid data.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Returns the number of frames published on the shard. If it is the same as before, nothing was published since.
    pub(crate) fn published(&self) -> u64 {
        self.shard.published()
    }

    /// Returns the total that includes the memory of the log.
    pub(super) fn outbound(&self) -> &Outbound {
        &self.shard.outbound
    }

    /// Records that the queue of a subscriber has filled up, or that it accepts messages again.
    pub(crate) fn note_full(&self, full: bool) {
        if full {
            self.full.fetch_add(1, Ordering::Relaxed);
        } else {
            self.full.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Returns the number of subscribers with a full queue.
    pub(super) fn full(&self) -> usize {
        self.full.load(Ordering::Relaxed)
    }

    /// Returns the number of subscribers.
    pub(super) fn count(&self) -> usize {
        self.lock().members.len()
    }

    /// Returns all subscribers.
    pub(super) fn members(&self) -> Vec<Arc<dyn Subscriber>> {
        self.lock().members.iter().cloned().collect()
    }

    /// Adds a subscriber. It receives every frame that is published from now on.
    pub(super) fn join(self: &Arc<Self>, member: Arc<dyn Subscriber>) -> Cursor {
        let mut state = self.lock();
        let position = state.log.end();
        Cursor { topic: Arc::clone(self), slot: state.members.insert(member), position }
    }

    /// Removes the subscriber of `cursor`, which loses the frames that it has not received yet. Returns true if no
    /// subscriber is left.
    pub(super) fn leave(&self, cursor: &Cursor) -> bool {
        let mut state = self.lock();
        let removed = state.members.remove(cursor.slot);
        let empty = state.members.len() == 0;
        if empty {
            let end = state.log.end().at;
            state.log.trim(end);
        }
        drop(state);
        drop(removed);
        empty
    }

    /// Appends a frame for all subscribers except the socket with the id `not_to`. Returns the number of subscribers
    /// and the position after the frame.
    pub(super) fn publish(self: &Arc<Self>, parcel: FrameRef<'_>, not_to: u64) -> (usize, u64) {
        let mut state = self.lock();
        let members = state.members.len();
        if members == 0 {
            return (0, 0);
        }
        let order = self.shard.next_order();
        let end = state.log.append(order, not_to, parcel);
        self.end.store(end, Ordering::Release);
        self.shard.note_published();
        let queue = !std::mem::replace(&mut state.queued, true);
        drop(state);
        if queue {
            self.shard.queue(Arc::clone(self));
        }
        (members, end)
    }

    /// Begins a round, in which every subscriber is offered at least the frames that were published before it. Returns
    /// the end of the log, to be passed to [`finish`](Self::finish).
    pub(super) fn begin_round(&self) -> u64 {
        self.lock().log.end().at
    }

    /// Stores the next slice of subscribers in `members`, and the frames for them in `window`. Returns the start of the
    /// following slice; `None` after the last.
    pub(super) fn slice(
        &self,
        from: usize,
        members: &mut Vec<Arc<dyn Subscriber>>,
        window: &mut LogView,
    ) -> Option<usize> {
        let mut state = self.lock();
        let to = from + SLICE;
        members.extend(state.members.range(from, to).cloned());
        if !members.is_empty() {
            state.log.window(window);
        }
        (to < state.members.end()).then_some(to)
    }

    /// Ends a round: every subscriber has received the frames before `at`. Returns true if more frames were published
    /// during the round.
    pub(super) fn finish(&self, at: u64) -> bool {
        let mut state = self.lock();
        state.log.trim(at);
        state.queued = state.log.len() > 0;
        state.queued
    }

    /// Delivers to one subscriber after the other until the turn is over; the next call goes on with the rest. `taken`
    /// sees each subscriber after its delivery.
    pub(super) fn relieve(self: &Arc<Self>, turn: Turn, mut taken: impl FnMut(Arc<dyn Subscriber>)) {
        let mut state = self.lock();
        if std::mem::replace(&mut state.relief.running, true) {
            return;
        }
        if state.relief.next == 0 {
            state.relief.at = state.log.end().at;
        }
        let mut window = LogView::default();
        while !turn.is_over() {
            let Some((place, member)) = state.members.next(state.relief.next) else {
                // Every subscriber has the frames before the round.
                let at = state.relief.at;
                state.log.trim(at);
                state.relief.next = 0;
                break;
            };
            let member = Arc::clone(member);
            state.relief.next = place + 1;
            state.log.window(&mut window);
            drop(state);
            member.take(self, &window);
            taken(member);
            state = self.lock();
        }
        state.relief.running = false;
    }

    /// Delivers all frames at once, where the flusher would do it in slices. Calls `taken` with each subscriber after
    /// its delivery.
    pub(super) fn hand_out(self: &Arc<Self>, mut taken: impl FnMut(Arc<dyn Subscriber>)) {
        let at = self.begin_round();
        let (mut members, mut window) = (Vec::with_capacity(SLICE), LogView::default());
        let mut next = Some(0);
        while let Some(from) = next {
            next = self.slice(from, &mut members, &mut window);
            for member in members.drain(..) {
                member.take(self, &window);
                taken(member);
            }
        }
        self.lock().log.trim(at);
    }

    /// Returns true if the log is larger than a burst may leave it.
    pub(super) fn is_overfull(&self) -> bool {
        let state = self.lock();
        state.log.len() > MAX_LOG as u64 || state.log.memory() > MAX_LOG
    }
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topic").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Cursor {
    pub(crate) fn topic(&self) -> &Arc<Topic> {
        &self.topic
    }

    /// Records that the subscriber published the frame that ends at `end` and must skip it.
    pub(crate) fn own(&mut self, end: u64) {
        self.position.own = end;
    }

    fn is_behind(&self) -> bool {
        self.position.at < self.topic.end.load(Ordering::Acquire)
    }

    /// Takes the frames of `window` after the cursor. Returns false, and takes no frames, if the subscriber must skip
    /// one of them.
    pub(crate) fn take_window<'a>(
        &mut self,
        window: &'a LogView,
        take: impl FnMut(&'a Chunk, usize),
    ) -> bool {
        if self.position.own > self.position.at {
            return false;
        }
        if self.position.at < window.end() {
            window.since(&mut self.position, take);
        }
        true
    }
}

/// Returns true if any topic holds frames that the subscriber has not received.
pub(crate) fn is_behind(cursors: &[Cursor]) -> bool {
    if cursors.len() > FEW {
        spend(Work::Checked(cursors.len()));
    }
    cursors.iter().any(Cursor::is_behind)
}

/// Takes the frames of all topics of one subscriber, in the order in which they were published on the shard.
pub(crate) fn catch_up(cursors: &mut [Cursor], me: u64, mut take: impl FnMut(Chunk)) {
    match cursors {
        [] => {}
        [one] => {
            if one.is_behind() {
                one.topic.lock().log.read(&mut one.position, me, u64::MAX, false, |_, bytes| take(bytes));
            }
        }
        [first, ..] => {
            // A frame published during the walk must not overtake one of a topic that was already visited, so only
            // frames numbered before the walk began are taken.
            let limit = first.topic.shard.order();
            spend(Work::Checked(cursors.len()));
            let mut frames = Vec::new();
            for cursor in cursors.iter_mut().filter(|cursor| cursor.is_behind()) {
                let mut log = cursor.topic.lock();
                log.log
                    .read(&mut cursor.position, me, limit, true, |order, bytes| frames.push((order, bytes)));
            }
            // The sort is stable: pieces of one frame have the same number and keep their order.
            frames.sort_by_key(|(order, _)| *order);
            for (_, bytes) in frames {
                take(bytes);
            }
        }
    }
}

/// Returns the frames that [`catch_up`] would take, each as a separate entry.
pub(crate) fn catch_up_apart(cursors: &mut [Cursor], me: u64) -> Vec<LogEntry> {
    let mut frames = Vec::new();
    let Some(first) = cursors.first() else { return frames };
    spend(Work::Checked(cursors.len()));
    let limit = first.topic.shard.order();
    for cursor in cursors.iter_mut().filter(|cursor| cursor.is_behind()) {
        let mut log = cursor.topic.lock();
        log.log.frames(&mut cursor.position, me, limit, |frame| frames.push(frame));
    }
    frames.sort_by_key(|frame| frame.order);
    frames
}
