//! The state of a write half under its lock, and its transitions.

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
    pubsub::{catch_up, catch_up_apart, is_behind},
    session::Session,
    sync::MutexGuard,
    wire::{Close, CloseCause, Encoder},
};

/// The number of bytes that a running handler may queue before they are written without waiting for it.
const BURST: usize = 64 * 1024;
/// The memory of a queue, in bytes, that may stay uncounted until the queue was offered to the stream. Most messages
/// are accepted at once and need no shared atomic.
const SLACK: usize = 1024;

/// The close frame for a slow reader: it may try again.
pub(crate) const TOO_SLOW: Close = Close::new(1013, "reads too slowly");

#[derive(Debug)]
pub(super) struct State {
    /// Removed when the connection has ended.
    pub(super) writer: Option<Writer>,
    pub(super) outbox: Outbox,
    pub(super) cursors: Cursors,
    /// Compresses its messages with context takeover.
    pub(super) own: Option<Box<ContextStream>>,
    pub(super) session: Session,
    /// The first error of the stream or of the peer.
    pub(super) cause: Option<Arc<CloseCause>>,
    /// The new expiry, until the task takes it.
    pub(super) expiry: Option<Box<Instant>>,
    /// The waker of the connection's task while it waits.
    pub(super) task: Option<Waker>,
    /// True if waiters for an empty queue or a closed socket must be notified when the lock is released.
    pub(super) changed: bool,
    /// The status for the task of the connection.
    pub(super) status: Status,
    /// The queue is at its limit: messages are dropped, and each topic counts a full subscriber.
    pub(super) full: bool,
    /// The limit of the queue in bytes; `usize::MAX` means unlimited.
    pub(super) limit: usize,
    /// Below this many queued bytes a further message needs no follow-up; see [`State::quiet`].
    pub(super) quiet: usize,
    pub(super) close_when_full: bool,
    /// Messages kept by key for which the queue has no room.
    pub(super) latest: Option<Box<Latest>>,
    /// The share of this socket in the total of all queues, in bytes.
    pub(super) counted: usize,
    /// The length of the queue when its memory was last counted, in bytes.
    pub(super) counted_len: usize,
}

/// The state under its lock. Its status is published when the lock is released.
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
        // Still under the lock, so that a later holder writes later.
        self.write_half.status_cell.store(self.state.status);
        if std::mem::take(&mut self.state.changed) {
            self.write_half.changed.notify_waiters();
        }
    }
}

/// Decides whether a message may be queued now.
pub(super) enum QueueSlot {
    /// It is next.
    Now,
    /// Not before the queue is shorter.
    Full,
    /// The socket is closing.
    Never,
}

impl Locked<'_> {
    /// Queues a message with `fill` and releases the lock.
    #[inline]
    pub(super) fn fill(mut self, fill: impl FnOnce(&mut State)) -> Delivery {
        fill(&mut self);
        let level = if self.is_quiet() { Delivery::Sent } else { self.level() };
        unlock(self, level)
    }

    /// Counts the memory of the queue exactly.
    pub(super) fn count(&mut self) {
        let held = self.state.memory();
        if held != self.state.counted {
            self.write_half.outbound.change(self.state.counted, held);
            self.state.counted = held;
        }
        self.state.counted_len = self.state.outbox.len();
    }

    /// Counts the memory of the queue, up to a slack. Returns true if it has grown.
    #[inline]
    fn count_roughly(&mut self) -> bool {
        // Small frames take at most twice their length, so only a longer step can exceed the slack. A shared chunk is longer.
        let step = self.state.outbox.len().abs_diff(self.state.counted_len);
        (step > SLACK / 2 || self.state.latest.is_some()) && self.has_grown()
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
    /// The length up to which a queue is neither full nor high, and needs no write and no count, in bytes.
    pub(super) fn quiet(limit: Option<usize>) -> usize {
        limit.map_or(BURST, |limit| BURST.min(limit / 2))
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

    /// Queues the frames of topics and returns whether a message may follow.
    #[inline]
    pub(super) fn next_in_line(&mut self, id: u64) -> QueueSlot {
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

    /// Queues the frames of topics for this socket, so that they precede the next message.
    #[inline]
    pub(super) fn catch_up(&mut self, id: u64) {
        if is_behind(&self.cursors) {
            self.take_published(id);
        }
    }

    fn take_published(&mut self, id: u64) {
        if self.full && self.latest.is_some() {
            return self.keep_published(id);
        }
        let deliver = self.may_send() && !self.is_full();
        if deliver {
            self.move_on();
        }
        let outbox = &mut self.outbox;
        catch_up(&mut self.cursors, id, |chunk| {
            if deliver {
                outbox.push(chunk);
            }
        });
        self.note_level();
    }

    /// Frames of topics for which the queue has no room are kept as the latest of their keys.
    fn keep_published(&mut self, id: u64) {
        let (mut dropped, may_send) = (false, self.may_send());
        for frame in catch_up_apart(&mut self.cursors, id) {
            dropped |= may_send && !frame.key.is_some_and(|key| self.keep_latest(&key, &frame.chunk));
        }
        if dropped {
            self.overflow();
        }
    }

    /// Keeps a frame in place of the previous one of its key. Returns false without `latest_by_key`, or if there is no
    /// room.
    pub(super) fn keep_latest(&mut self, key: &Arc<str>, frame: &Chunk) -> bool {
        self.latest.as_mut().is_some_and(|latest| latest.keep_latest(key, frame))
    }

    /// Queues kept frames as long as the queue stays below a limit.
    pub(super) fn release(&mut self, limit: usize) {
        while self.outbox.len() < limit
            && let Some(frame) = self.latest.as_mut().and_then(|latest| latest.pop())
        {
            // It may be compressed, and not by the stream of this socket.
            self.move_on();
            self.outbox.push(frame);
        }
    }

    /// Drops everything queued or kept.
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

    /// Returns its share of chunks that it shares with others, in bytes.
    pub(super) fn share(&self) -> usize {
        self.outbox.share() + self.latest.as_ref().map_or(0, |latest| latest.share())
    }

    pub(super) fn close(&mut self, id: u64, close: Option<&Close>) -> bool {
        self.catch_up(id);
        self.queue_close(close)
    }

    /// Queues a close frame behind everything queued or kept. Returns false if one was sent before.
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

    /// Returns true if the queue is at its limit. The limit is checked before a message is queued, so a message of any
    /// permitted size can be sent.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Records that a message did not fit.
    pub(super) fn overflow(&mut self) {
        if self.close_when_full {
            self.queue_close(Some(&TOO_SLOW));
        }
    }

    /// Writes a long queue without waiting for the handler that fills it.
    pub(super) fn relieve(&mut self) {
        if self.outbox.len() >= BURST
            && let Some(writer) = &mut self.writer
        {
            // The task of the connection also notices a broken stream, and ends the connection.
            let _ = self.outbox.try_write(writer);
        }
    }

    /// Updates the level of the queue. Returns true if it is above half of its limit.
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

/// Releases the lock, wakes the waiting task, and frees memory if the queue exceeds the total.
#[inline]
pub(super) fn unlock<T>(state: Locked<'_>, value: T) -> T {
    let write_half = state.write_half;
    if release(state) {
        write_half.outbound.make_room(0);
    }
    value
}

/// Releases the lock and wakes the waiting task. Returns true if the queue has grown and memory may have to be freed.
#[inline]
pub(super) fn release(mut state: Locked<'_>) -> bool {
    let grew = state.count_roughly();
    let task = state.task.take();
    drop(state);
    if let Some(task) = task {
        task.wake();
    }
    grew
}
