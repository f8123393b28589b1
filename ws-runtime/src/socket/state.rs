//! What a socket's write side is under its lock, and what follows for it from one more frame, a full queue or a close.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    task::Waker,
};

use bytes::Bytes;

use super::{
    Delivery,
    compression::Own,
    latest::Latest,
    outbox::Outbox,
    report::{Board, Fact, Report},
    transport::Writer,
};
use crate::{
    memory::Outbound,
    pubsub::{Cursor, catch_up, catch_up_apart, is_behind},
    session::Session,
    sync::{MutexGuard, Notify},
    wire::{Close, Encoder},
};

/// How much a running handler may queue before it is written without waiting for the handler, in bytes.
const BURST: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct State {
    /// Taken away when the connection is over.
    pub(super) writer: Option<Writer>,
    pub(super) outbox: Outbox,
    pub(super) cursors: Vec<Cursor>,
    /// What compresses its messages, where they may refer to earlier ones.
    pub(super) own: Option<Box<Own>>,
    pub(super) session: Session,
    /// The connection's task while it waits.
    pub(super) task: Option<Waker>,
    /// Tells those who wait for the queue to empty or the socket to close. The line has it too, to wait without the lock.
    pub(super) changed: Arc<Notify>,
    /// What the connection's task has to know.
    pub(super) report: Report,
    /// The queue is at its limit: what is sent is dropped, and each topic subscribed to counts one that is full.
    pub(super) full: bool,
    pub(super) limit: Option<usize>,
    /// Below this many queued bytes nothing follows from one more message; see [`State::quiet`].
    pub(super) quiet: usize,
    pub(super) close_when_full: bool,
    /// What is kept of what does not fit, where the route says by which key.
    pub(super) latest: Option<Box<Latest>>,
    /// Where what is queued counts together with what is queued for others, if that is limited.
    pub(super) outbound: Option<Arc<Outbound>>,
    /// How much of that is this socket's.
    pub(super) counted: usize,
}

/// The state under its lock; what it says is on the board once the lock is released.
pub(super) struct Locked<'a> {
    pub(super) state: MutexGuard<'a, State>,
    pub(super) board: &'a Board,
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
        // A short queue that the stream has not been offered yet is most often written whole, and not worth the count.
        if self.state.counted > 0 || self.state.outbox.own() >= BURST {
            self.state.count();
        }
        // Still under the lock: a later holder's word comes later.
        self.board.store(self.state.report);
    }
}

/// Whose turn it is, of a message that is to be queued.
pub(super) enum Turn {
    /// Its own.
    Now,
    /// Nobody's before the queue is shorter.
    Full,
    /// Nobody's: the socket is closing.
    Never,
}

impl Locked<'_> {
    /// Queues a message whose turn it is as `fill` says, and releases the lock.
    #[inline]
    pub(super) fn fill(mut self, fill: impl FnOnce(&mut State)) -> Delivery {
        fill(&mut self);
        let level = if self.is_quiet() { Delivery::Sent } else { self.level() };
        unlock(self, level)
    }
}

impl State {
    /// Up to where a queue is neither full nor high nor worth a write or a count of its own, in bytes.
    pub(super) fn quiet(limit: Option<usize>) -> usize {
        limit.map_or(BURST, |limit| BURST.min(limit / 2))
    }

    /// Whether nothing follows from what was just queued.
    #[inline]
    fn is_quiet(&self) -> bool {
        self.outbox.len() < self.quiet && !self.report.has(Fact::High)
    }

    #[cold]
    fn level(&mut self) -> Delivery {
        self.relieve();
        if self.note_level() { Delivery::Backpressure } else { Delivery::Sent }
    }

    /// Queues what topics hold, and says whether a message may follow it.
    #[inline]
    pub(super) fn next_in_line(&mut self, id: u64) -> Turn {
        if !self.may_send() {
            return Turn::Never;
        }
        self.catch_up(id);
        if self.full { Turn::Full } else { Turn::Now }
    }

    #[inline]
    pub(super) fn may_send(&self) -> bool {
        self.writer.is_some() && !self.report.has(Fact::Lost) && self.session.may_send()
    }

    /// Queues what topics hold for this socket, so that it goes out before what is sent next.
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
        catch_up(&mut self.cursors, id, |bytes| {
            if deliver {
                outbox.push(bytes, false);
            }
        });
        self.note_level();
    }

    /// What topics hold for this socket, and its queue has no room for, is kept as the latest of its key.
    fn keep_published(&mut self, id: u64) {
        let (mut dropped, may_send) = (false, self.may_send());
        for frame in catch_up_apart(&mut self.cursors, id) {
            dropped |= may_send && !frame.key.is_some_and(|key| self.keep(&key, &frame.bytes));
        }
        if dropped {
            self.overflow();
        }
    }

    /// Keeps a frame in place of the one before it of the same key. False if that is not what is done, or there is no room.
    pub(super) fn keep(&mut self, key: &Arc<str>, frame: &Bytes) -> bool {
        self.latest.as_mut().is_some_and(|latest| latest.keep(key, frame))
    }

    /// Queues what was kept, as far as the queue stays below a limit.
    pub(super) fn release(&mut self, limit: usize) {
        while self.outbox.len() < limit
            && let Some(frame) = self.latest.as_mut().and_then(|latest| latest.pop())
        {
            // It may be compressed, and not by the socket's own stream.
            self.move_on();
            self.outbox.push(frame, true);
        }
    }

    /// Drops everything that is queued or kept.
    pub(super) fn drop_queue(&mut self) {
        self.outbox.clear();
        if let Some(latest) = &mut self.latest {
            latest.clear();
        }
    }

    /// How many bytes are queued or kept.
    pub(super) fn queued(&self) -> usize {
        self.outbox.len() + self.latest.as_ref().map_or(0, |latest| latest.held())
    }

    pub(super) fn close(&mut self, id: u64, close: Option<&Close>) -> bool {
        self.catch_up(id);
        let first = self.session.send(close);
        if first {
            self.report.set(Fact::Sent, true);
            self.release(usize::MAX);
            self.outbox.append(|tail| Encoder::close(close, tail));
            self.changed.notify_waiters();
        }
        first
    }

    /// Whether the queue is at its limit. The limit is looked at before a message is queued, so one of any size that is
    /// allowed to arrive can leave.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// A message did not fit.
    pub(super) fn overflow(&mut self) {
        if self.close_when_full && self.session.may_send() {
            let close = Close::new(1008, "reads too slowly");
            self.session.send(Some(&close));
            self.report.set(Fact::Sent, true);
            self.release(usize::MAX);
            self.outbox.append(|tail| Encoder::close(Some(&close), tail));
            self.changed.notify_waiters();
        }
    }

    /// Tells how much is queued, as far as it has changed.
    pub(super) fn count(&mut self) {
        let own = self.outbox.own() + self.latest.as_ref().map_or(0, |latest| latest.held());
        if own != self.counted
            && let Some(outbound) = &self.outbound
        {
            outbound.change(self.counted, own);
            self.counted = own;
        }
    }

    /// Writes a long queue without waiting for whoever fills it.
    pub(super) fn relieve(&mut self) {
        if self.outbox.len() >= BURST
            && let Some(writer) = &mut self.writer
        {
            // A broken stream shows itself to the connection's task too, which ends the connection.
            let _ = self.outbox.try_write(writer);
        }
    }

    /// Takes the queue's level into account. True if it is above half of its limit.
    pub(super) fn note_level(&mut self) -> bool {
        let Some(limit) = self.limit else { return false };
        if self.full {
            self.release(limit);
        }
        let level = self.outbox.len();
        if self.full != (level >= limit) {
            self.full = level >= limit;
            for cursor in &self.cursors {
                cursor.topic().note_full(self.full);
            }
        }
        if level > limit / 2 {
            self.report.set(Fact::High, true);
        } else if self.report.has(Fact::High) && level < limit.div_ceil(4) {
            self.report.set(Fact::High, false);
            self.report.set(Fact::Drained, true);
            self.changed.notify_waiters();
        }
        self.report.has(Fact::High)
    }
}

/// Releases the lock, then wakes the connection's task if it waits.
#[inline]
pub(super) fn unlock<T>(mut state: Locked<'_>, value: T) -> T {
    let task = state.task.take();
    drop(state);
    if let Some(task) = task {
        task.wake();
    }
    value
}
