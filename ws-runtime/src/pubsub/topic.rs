//! One topic on one shard: its subscribers and its log.

use std::{
    any::Any,
    fmt,
    sync::{Arc, PoisonError},
};

use super::{
    Shard, Window,
    log::{Log, Logged, Position},
    places::Places,
};
use crate::{
    memory::{Chunk, Outbound},
    sync::{AtomicU64, AtomicUsize, Mutex, MutexGuard, Ordering},
    wire::Format,
};

/// Past this many held bytes a publisher hands the log out itself, so that no burst outgrows it.
const MOST: usize = 1 << 20;
/// How many subscribers are written to between two turns for everybody else. Sixteen is where a room of a thousand and one
/// of sixty-four both do well: what is published meanwhile rides in the same write.
pub(super) const SLICE: usize = 16;

/// What a topic hands its frames to.
pub(crate) trait Subscriber: Any + Send + Sync {
    /// Takes what the window holds behind its cursor.
    fn take(&self, topic: &Arc<Topic>, window: &Window);
}

/// One topic on one shard, in one format.
///
/// Locks are taken in the order: a subscriber's write side, the map of topics, the topic. A topic's is never held while a
/// subscriber is called.
pub(crate) struct Topic {
    /// The map of topics and the subscribers' own maps share it.
    name: Arc<str>,
    shard: Arc<Shard>,
    /// The log's end, to be compared without the lock.
    end: AtomicU64,
    /// How many subscribers take nothing, because their queue is full.
    full: AtomicUsize,
    state: Mutex<State>,
}

struct State {
    log: Log,
    members: Places<Arc<dyn Subscriber>>,
    /// Whether the shard's flusher has it on its list.
    queued: bool,
}

/// A subscription: where a subscriber stands in a topic's log. The subscriber keeps it beside its write side.
#[derive(Debug)]
pub(crate) struct Cursor {
    topic: Arc<Topic>,
    place: usize,
    position: Position,
}

/// A frame to be published: its head, and what of it is shared rather than copied.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parcel<'a> {
    pub(crate) head: &'a [u8],
    pub(crate) rest: Option<&'a Chunk>,
    /// What it is the latest of, where a full queue keeps that.
    pub(crate) key: Option<&'a Arc<str>>,
}

/// A message as it is published: the frame of each format, made when it is first asked for.
pub(crate) trait Frames {
    fn parcel(&mut self, format: Format) -> Parcel<'_>;
}

/// The same frame for all.
impl Frames for Parcel<'_> {
    fn parcel(&mut self, _format: Format) -> Parcel<'_> {
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
            state: Mutex::new(State {
                log: Log::new(Arc::clone(&shard.outbound)),
                members: Places::default(),
                queued: false,
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code of a user runs under the lock, so a poisoned one is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Where the memory of its log counts.
    pub(super) fn outbound(&self) -> &Outbound {
        &self.shard.outbound
    }

    /// A subscriber's queue filled up, or has room again.
    pub(crate) fn note_full(&self, full: bool) {
        if full {
            self.full.fetch_add(1, Ordering::Relaxed);
        } else {
            self.full.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// How many subscribers' queues are full.
    pub(super) fn full(&self) -> usize {
        self.full.load(Ordering::Relaxed)
    }

    /// How many subscribers there are.
    pub(super) fn count(&self) -> usize {
        self.lock().members.len()
    }

    /// All subscribers.
    pub(super) fn members(&self) -> Vec<Arc<dyn Subscriber>> {
        self.lock().members.iter().cloned().collect()
    }

    /// Adds a subscriber, who gets what is published from now on.
    pub(super) fn join(self: &Arc<Self>, member: Arc<dyn Subscriber>) -> Cursor {
        let mut state = self.lock();
        let position = state.log.end();
        Cursor { topic: Arc::clone(self), place: state.members.insert(member), position }
    }

    /// Removes the subscriber of `cursor`; what it has not got yet is lost to it. True if nobody is left.
    pub(super) fn leave(&self, cursor: &Cursor) -> bool {
        let mut state = self.lock();
        let gone = state.members.remove(cursor.place);
        let empty = state.members.len() == 0;
        if empty {
            let end = state.log.end().at;
            state.log.trim(end);
        }
        drop(state);
        drop(gone);
        empty
    }

    /// Appends a frame for all subscribers but `not_to`'s. Returns how many subscribers there are, and the frame's end.
    pub(super) fn publish(self: &Arc<Self>, parcel: Parcel<'_>, not_to: u64) -> (usize, u64) {
        let mut state = self.lock();
        let members = state.members.len();
        if members == 0 {
            return (0, 0);
        }
        let order = self.shard.next_order();
        let end = state.log.append(order, not_to, parcel);
        self.end.store(end, Ordering::Release);
        let queue = !std::mem::replace(&mut state.queued, true);
        drop(state);
        if queue {
            self.shard.queue(Arc::clone(self));
        }
        (members, end)
    }

    /// Begins a round: from here on every subscriber is offered at least what was published before.
    pub(super) fn begin(&self) -> u64 {
        self.lock().log.end().at
    }

    /// Lends the next slice of subscribers, and what they are to take. Returns where the slice after it begins, if there
    /// is one.
    pub(super) fn slice(
        &self,
        from: usize,
        members: &mut Vec<Arc<dyn Subscriber>>,
        window: &mut Window,
    ) -> Option<usize> {
        let mut state = self.lock();
        let to = from + SLICE;
        members.extend(state.members.range(from, to).cloned());
        if !members.is_empty() {
            state.log.window(window);
        }
        (to < state.members.end()).then_some(to)
    }

    /// Ends a round: everybody has what was published before `at`. True if more was published meanwhile.
    pub(super) fn finish(&self, at: u64) -> bool {
        let mut state = self.lock();
        state.log.trim(at);
        state.queued = state.log.len() > 0;
        state.queued
    }

    /// Hands everything out at once, as the flusher would in its slices. `taken` sees each subscriber after its turn.
    pub(super) fn hand_out(self: &Arc<Self>, mut taken: impl FnMut(Arc<dyn Subscriber>)) {
        let at = self.begin();
        let (mut members, mut window) = (Vec::with_capacity(SLICE), Window::default());
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

    /// Whether more is held than a burst may leave behind.
    pub(super) fn is_overfull(&self) -> bool {
        let state = self.lock();
        state.log.len() > MOST as u64 || state.log.memory() > MOST
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

    /// The subscriber published the frame that ends there, and does not get it.
    pub(crate) fn own(&mut self, end: u64) {
        self.position.own = end;
    }

    fn is_behind(&self) -> bool {
        self.position.at < self.topic.end.load(Ordering::Acquire)
    }

    /// Takes what the window holds behind the cursor, if nothing in it has to be left out; false if something has.
    pub(crate) fn take_window<'a>(&mut self, window: &'a Window, take: impl FnMut(&'a Chunk, usize)) -> bool {
        if self.position.own > self.position.at {
            return false;
        }
        if self.position.at < window.end() {
            window.since(&mut self.position, take);
        }
        true
    }
}

/// Whether any topic holds something that the subscriber has not got.
pub(crate) fn is_behind(cursors: &[Cursor]) -> bool {
    cursors.iter().any(Cursor::is_behind)
}

/// Takes what all topics hold for one subscriber, in the order in which it was published on the shard.
pub(crate) fn catch_up(cursors: &mut [Cursor], me: u64, mut take: impl FnMut(Chunk)) {
    match cursors {
        [] => {}
        [one] => {
            if one.is_behind() {
                one.topic.lock().log.read(&mut one.position, me, u64::MAX, false, |_, bytes| take(bytes));
            }
        }
        [first, ..] => {
            // A frame that is published while we look from topic to topic must not overtake one of a topic that we have
            // looked at already: only what was ordered before we began is taken.
            let limit = first.topic.shard.order();
            let mut frames = Vec::new();
            for cursor in cursors.iter_mut().filter(|cursor| cursor.is_behind()) {
                let mut log = cursor.topic.lock();
                log.log
                    .read(&mut cursor.position, me, limit, true, |order, bytes| frames.push((order, bytes)));
            }
            // Pieces of one frame share their order and stay as they are: the sort is stable.
            frames.sort_by_key(|(order, _)| *order);
            for (_, bytes) in frames {
                take(bytes);
            }
        }
    }
}

/// Takes what [`catch_up`] would, each frame by itself.
pub(crate) fn catch_up_apart(cursors: &mut [Cursor], me: u64) -> Vec<Logged> {
    let mut frames = Vec::new();
    let Some(first) = cursors.first() else { return frames };
    let limit = first.topic.shard.order();
    for cursor in cursors.iter_mut().filter(|cursor| cursor.is_behind()) {
        let mut log = cursor.topic.lock();
        log.log.frames(&mut cursor.position, me, limit, |frame| frames.push(frame));
    }
    frames.sort_by_key(|frame| frame.order);
    frames
}
