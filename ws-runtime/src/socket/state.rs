//! The state of a write half, which is behind a lock, and the transitions of that state.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    task::Waker,
};

use super::{
    Delivery, WriteHalf,
    compression::ContextStream,
    cursors::Cursors,
    latest::Latest,
    outbox::Outbox,
    status::{Flag, Status},
    transport::Writer,
};
use tokio::time::Instant;

use crate::{
    memory::Chunk,
    pubsub::{catch_up, catch_up_apart},
    session::Session,
    sync::MutexGuard,
    turn::{Work, spend},
    wire::{Close, CloseCause, Encoder},
};

/// The queue length, in bytes, from which messages are written while the handler that sends them still runs.
const BURST: usize = 64 * 1024;
/// The change in a queue's memory, in bytes, that may stay uncounted until the queue is next offered to the stream.
/// Most messages are accepted at once, so the shared counter is not touched for them.
const SLACK: usize = 1024;

/// The close frame for a slow reader. 1013 means that it may try again later.
pub(crate) const TOO_SLOW: Close = Close::new(1013, "reads too slowly");

#[derive(Debug)]
pub(super) struct State {
    /// `None` when the connection has ended.
    pub(super) writer: Option<Writer>,
    pub(super) outbox: Outbox,
    pub(super) cursors: Cursors,
    /// The zlib stream of the socket, with context takeover only.
    pub(super) own: Option<Box<ContextStream>>,
    pub(super) session: Session,
    /// The first error of the stream or protocol violation of the peer.
    pub(super) cause: Option<Arc<CloseCause>>,
    /// The expiry that was set last, until the task of the connection takes it.
    pub(super) expiry: Option<Box<Instant>>,
    /// The waker of the connection's task while it waits.
    pub(super) task: Option<Waker>,
    /// True if tasks that wait for a shorter queue or for the end must be notified when the lock is released.
    pub(super) changed: bool,
    /// The status for the task of the connection.
    pub(super) status: Status,
    /// True if the queue is at its limit. Messages are then dropped, and each topic counts this socket as a full
    /// subscriber.
    pub(super) full: bool,
    /// The limit of the queue in bytes; `usize::MAX` means unlimited.
    pub(super) limit: usize,
    /// Below this many queued bytes, a queued message needs no follow-up. See [`State::quiet`].
    pub(super) quiet: usize,
    pub(super) close_when_full: bool,
    /// Messages for which the queue has no room, kept by key. `None` without `latest_by_key`.
    pub(super) latest: Option<Box<Latest>>,
    /// The share of this socket in the total of all queues, in bytes.
    pub(super) counted: usize,
    /// The first of the lengths of the queue that need no count, in bytes; see [`State::uncounted_from`]. It may be
    /// negative, that is, wrapped around. The range is as long as the slack.
    pub(super) uncounted_from: usize,
}

/// The locked state. Releasing the lock publishes the status.
pub(super) struct Locked<'a> {
    pub(super) state: MutexGuard<'a, State>,
    pub(super) write_half: &'a WriteHalf,
}

impl Deref for Locked<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // The status is stored under the lock, so that a later holder's status is stored later.
        self.write_half.status_cell.store(self.state.status);
        if self.state.changed {
            self.state.changed = false;
            self.write_half.changed.notify_waiters();
        }
    }
}

/// Says whether a message may be queued now.
pub(super) enum QueueSlot {
    /// The message may be queued.
    Now,
    /// The queue is at its limit.
    Full,
    /// The socket is closing.
    Never,
}

impl Locked<'_> {
    /// Calls `fill`, which queues a message, and releases the lock.
    #[inline]
    pub(super) fn fill(mut self, fill: impl FnOnce(&mut State)) -> Delivery {
        fill(&mut self);
        let level = if self.is_quiet() { Delivery::Sent } else { self.level() };
        unlock(self, level)
    }

    /// Counts the memory of the queue in the total.
    pub(super) fn count(&mut self) {
        let held = self.state.memory();
        if held != self.state.counted {
            self.write_half.outbound.change(self.state.counted, held);
            self.state.counted = held;
        }
        let State { outbox, latest, .. } = &*self.state;
        self.state.uncounted_from = State::uncounted_from(outbox.len(), latest.is_some());
    }

    /// Counts the memory of the queue if it has changed by more than the slack. Returns true if it has grown.
    #[inline]
    fn count_roughly(&mut self) -> bool {
        self.state.outbox.len().wrapping_sub(self.state.uncounted_from) > SLACK && self.has_grown()
    }

    #[cold]
    fn has_grown(&mut self) -> bool {
        let (held, counted) = (self.state.memory(), self.state.counted);
        if held.abs_diff(counted) <= SLACK {
            return false;
        }
        self.count();
        held > counted
    }
}

impl State {
    /// Returns the length, in bytes, up to which a queue is neither full nor high, and needs no write and no count.
    pub(super) fn quiet(limit: Option<usize>) -> usize {
        limit.map_or(BURST, |limit| BURST.min(limit / 2))
    }

    /// Returns the first length of the queue that needs no count. Such lengths differ from the counted one by half of
    /// the slack at most: small frames take at most twice their length, so only a longer step can exceed the slack. A
    /// shared chunk is longer. A queue that keeps messages by key is always counted.
    pub(super) fn uncounted_from(counted: usize, keeps_latest: bool) -> usize {
        if keeps_latest { usize::MAX / 2 } else { counted.wrapping_sub(SLACK / 2) }
    }

    /// Returns true if the message just queued needs no follow-up.
    #[inline]
    fn is_quiet(&self) -> bool {
        self.outbox.len() < self.quiet && !self.status.has(Flag::High)
    }

    #[cold]
    fn level(&mut self) -> Delivery {
        self.relieve();
        if self.note_level() { Delivery::Backpressure } else { Delivery::Sent }
    }

    /// Queues outstanding frames of topics and returns whether a message may follow them.
    #[inline]
    pub(super) fn queue_slot(&mut self, id: u64) -> QueueSlot {
        if !self.may_send() {
            return QueueSlot::Never;
        }
        self.catch_up(id);
        if self.full { QueueSlot::Full } else { QueueSlot::Now }
    }

    #[inline]
    pub(super) fn may_send(&self) -> bool {
        self.writer.is_some() && !self.status.has(Flag::Lost) && self.session.may_send()
    }

    /// Queues outstanding frames of topics, so that they precede the next message.
    #[inline]
    pub(super) fn catch_up(&mut self, id: u64) {
        if self.cursors.is_behind() {
            self.take_published(id);
        }
    }

    fn take_published(&mut self, id: u64) {
        if self.full && self.latest.is_some() {
            return self.keep_published(id);
        }
        let deliver = self.may_send() && !self.is_full();
        if deliver {
            self.invalidate_context();
        }
        let outbox = &mut self.outbox;
        catch_up(&mut self.cursors, id, |chunk| {
            spend(Work::Moved(chunk.len()));
            if deliver {
                outbox.push(chunk);
            }
        });
        self.note_level();
    }

    /// Keeps outstanding frames of topics as the latest of their keys, because the queue has no room.
    fn keep_published(&mut self, id: u64) {
        let (mut dropped, may_send) = (false, self.may_send());
        for frame in catch_up_apart(&mut self.cursors, id) {
            spend(Work::Moved(frame.chunk.len()));
            dropped |= may_send && !frame.key.is_some_and(|key| self.keep_latest(&key, &frame.chunk));
        }
        if dropped {
            self.overflow();
        }
    }

    /// Keeps a frame and drops the previous one of its key. Returns false without `latest_by_key`, or if there is no
    /// room.
    pub(super) fn keep_latest(&mut self, key: &Arc<str>, frame: &Chunk) -> bool {
        self.latest.as_mut().is_some_and(|latest| latest.keep_latest(key, frame))
    }

    /// Queues kept frames while the queue is shorter than the limit.
    pub(super) fn release(&mut self, limit: usize) {
        while self.outbox.len() < limit
            && let Some(frame) = self.latest.as_mut().and_then(|latest| latest.pop())
        {
            // The frame may have been compressed by another stream.
            self.invalidate_context();
            self.outbox.push(frame);
        }
    }

    /// Drops all queued and kept messages.
    pub(super) fn drop_queue(&mut self) {
        self.outbox.clear();
        if let Some(latest) = &mut self.latest {
            latest.clear();
        }
    }

    /// Returns the number of queued and kept bytes.
    pub(super) fn queued(&self) -> usize {
        self.outbox.len() + self.latest.as_ref().map_or(0, |latest| latest.held())
    }

    /// Returns the memory that the queue counts in the total, in bytes.
    #[inline]
    pub(super) fn memory(&self) -> usize {
        self.outbox.memory() + self.latest.as_ref().map_or(0, |latest| latest.memory())
    }

    /// Returns the share in chunks that are shared with other queues, in bytes.
    pub(super) fn share(&self) -> usize {
        self.outbox.share() + self.latest.as_ref().map_or(0, |latest| latest.share())
    }

    pub(super) fn close(&mut self, id: u64, close: Option<&Close>) -> bool {
        self.catch_up(id);
        self.queue_close(close)
    }

    /// Queues a close frame after all queued and kept messages. Returns false if one was sent before.
    fn queue_close(&mut self, close: Option<&Close>) -> bool {
        let first = self.session.send(close);
        if first {
            self.status.set(Flag::Sent, true);
            self.release(usize::MAX);
            self.outbox.append(|tail| Encoder::close(close, tail));
            self.changed = true;
        }
        first
    }

    /// Returns true if the queue is at its limit. Only the bytes that are already queued count, so one message longer
    /// than the limit can be sent.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Handles a message that did not fit: with `close_on_backpressure_limit`, closes the socket.
    pub(super) fn overflow(&mut self) {
        if self.close_when_full {
            self.queue_close(Some(&TOO_SLOW));
        }
    }

    /// Writes a long queue at once, before the handler that fills it returns.
    pub(super) fn relieve(&mut self) {
        if self.outbox.len() >= BURST
            && let Some(writer) = &mut self.writer
        {
            // An error is ignored here: the task of the connection also notices a broken stream and ends the
            // connection.
            let _ = self.outbox.try_write(writer);
        }
    }

    /// Updates the flags that depend on the length of the queue. Returns true if it is above half of its limit, or was
    /// and has not fallen below a quarter since.
    pub(super) fn note_level(&mut self) -> bool {
        let limit = self.limit;
        if self.full {
            self.release(limit);
        }
        let level = self.outbox.len();
        if self.full != (level >= limit) {
            self.full = level >= limit;
            for cursor in self.cursors.iter() {
                cursor.topic().note_full(self.full);
            }
        }
        if level > limit / 2 {
            self.status.set(Flag::High, true);
        } else if self.status.has(Flag::High) && level < limit.div_ceil(4) {
            self.status.set(Flag::High, false);
            self.status.set(Flag::Drained, true);
            self.changed = true;
        }
        self.status.has(Flag::High)
    }
}

/// Releases the lock, wakes the waiting task, and enforces the total of all queues if this queue has grown.
#[inline]
pub(super) fn unlock<T>(state: Locked<'_>, value: T) -> T {
    let write_half = state.write_half;
    if release(state) {
        write_half.outbound.make_room(0);
    }
    value
}

/// Releases the lock and wakes the waiting task. Returns true if the queue has grown, so that the total must be
/// checked.
#[inline]
pub(super) fn release(mut state: Locked<'_>) -> bool {
    let grew = state.count_roughly();
    if state.task.is_some() {
        wake(state);
    }
    grew
}

#[inline(never)]
fn wake(mut state: Locked<'_>) {
    let task = state.task.take();
    drop(state);
    if let Some(task) = task {
        task.wake();
    }
}
