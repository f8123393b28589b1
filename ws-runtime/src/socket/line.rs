//! The write side of one socket: stream, queue, subscriptions and closing handshake, behind one short lock.
//!
//! Two write to the stream: the connection's task, and its shard's flusher. Everybody else queues and wakes the task. While
//! the task runs, it is not in `task`; what others queue then, it writes before it waits again.

use std::{
    io,
    ops::{Deref, DerefMut},
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use tokio::io::AsyncWrite;

use super::{
    Delivery, Settings,
    outbox::{Outbox, SHARE},
    report::{Board, Report, Wish},
    transport::Writer,
};
use crate::{
    pubsub::{Cursor, catch_up, is_behind},
    session::{Answer, Session},
    wire::{Close, Closed, Encoder, Kind, Text},
};

/// How much a running handler may queue before it is written without waiting for the handler, in bytes.
const BURST: usize = 64 * 1024;

/// The write side of one socket.
#[derive(Debug)]
pub(crate) struct Line {
    /// Never 0, which stands for nobody.
    pub(super) id: u64,
    board: Board,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    /// Taken away when the connection is over.
    pub(super) writer: Option<Writer>,
    pub(super) outbox: Outbox,
    pub(super) cursors: Vec<Cursor>,
    pub(super) session: Session,
    /// The connection's task while it waits.
    pub(super) task: Option<Waker>,
    /// Those who wait for the queue to empty or the socket to close.
    waiters: Vec<Waker>,
    wish: Wish,
    paused: bool,
    /// The transport is gone; nothing can be sent any more.
    lost: bool,
    /// The queue is at its limit: what is sent is dropped, and each topic subscribed to counts one that is full.
    pub(super) full: bool,
    /// The queue rose above half of its limit and has not fallen below a quarter since.
    high: bool,
    /// The episode ended, and `drain` has not been called for it yet.
    drained: bool,
    limit: Option<usize>,
    close_when_full: bool,
}

impl Line {
    pub(crate) fn new(id: u64, settings: &Settings) -> Self {
        Self {
            id,
            board: Board::default(),
            state: Mutex::new(State {
                writer: None,
                outbox: Outbox::default(),
                cursors: Vec::new(),
                session: Session::default(),
                task: None,
                waiters: Vec::new(),
                wish: Wish::Nothing,
                paused: false,
                lost: false,
                full: false,
                high: false,
                drained: false,
                limit: settings.backpressure_limit,
                close_when_full: settings.close_on_backpressure_limit,
            }),
        }
    }

    pub(super) fn lock(&self) -> Locked<'_> {
        // No code of a user runs under the lock, so a poisoned one is whole.
        Locked { state: self.state.lock().unwrap_or_else(PoisonError::into_inner), board: &self.board }
    }

    // What handlers and other tasks do.

    /// Queues a message that is copied.
    pub(super) fn send(&self, kind: Kind, payload: &[u8]) -> Delivery {
        self.queue(payload.len(), |outbox| outbox.append(|tail| Encoder::message(kind, payload, tail)))
    }

    /// Queues a message whose payload is shared if it is large.
    pub(super) fn send_shared(&self, kind: Kind, payload: Bytes) -> Delivery {
        if payload.len() < SHARE {
            return self.send(kind, &payload);
        }
        self.queue(payload.len(), |outbox| {
            outbox.append(|tail| Encoder::message_header(kind, payload.len(), tail));
            outbox.push(payload);
        })
    }

    fn queue(&self, length: usize, fill: impl FnOnce(&mut Outbox)) -> Delivery {
        let mut state = self.lock();
        if !state.may_send() {
            return Delivery::Closed;
        }
        state.catch_up(self.id);
        if state.is_full() {
            tracing::debug!(socket = self.id, bytes = length, "message dropped: the peer does not read");
            state.overflow();
            return unlock(state, Delivery::Dropped);
        }
        fill(&mut state.outbox);
        state.relieve();
        let delivery = if state.note_level() { Delivery::Backpressure } else { Delivery::Sent };
        unlock(state, delivery)
    }

    /// Queues a ping or a pong. Control frames are small and not dropped, unless nothing at all is read any more.
    pub(crate) fn control(&self, frame: impl FnOnce(&mut Vec<u8>)) -> Delivery {
        let mut state = self.lock();
        if !state.may_send() {
            return Delivery::Closed;
        }
        if state.is_full() {
            return Delivery::Dropped;
        }
        state.outbox.append(frame);
        unlock(state, Delivery::Sent)
    }

    /// Queues a close frame behind everything that was sent. False if one went out before.
    pub(crate) fn close(&self, close: Option<&Close>) -> bool {
        let mut state = self.lock();
        let first = state.writer.is_some() && state.close(self.id, close);
        unlock(state, first)
    }

    /// Asks for an end without a close frame.
    pub(crate) fn wish(&self, wish: Wish) {
        let mut state = self.lock();
        state.wish = state.wish.max(wish);
        unlock(state, ());
    }

    /// Stops or resumes reading.
    pub(super) fn pause(&self, paused: bool) {
        let mut state = self.lock();
        state.paused = paused;
        unlock(state, ());
    }

    /// How many bytes the stream has not taken yet.
    pub(crate) fn buffered(&self) -> usize {
        self.lock().outbox.len()
    }

    /// Whether the socket is open, closing (a close frame went out or came in), or closed.
    pub(super) fn phase(&self) -> super::ReadyState {
        let state = self.lock();
        match state.writer {
            None => super::ReadyState::Closed,
            Some(_) if state.session.may_send() && !state.session.has_received() => super::ReadyState::Open,
            Some(_) => super::ReadyState::Closing,
        }
    }

    /// Ready once the peer or the transport is gone, or we are closing.
    pub(super) fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_until(cx, |state| {
            !state.may_send() || state.session.has_received() || state.wish != Wish::Nothing
        })
    }

    /// Ready once the queue is below a quarter of its limit, or the socket is closing.
    pub(super) fn poll_drained(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_until(cx, |state| !state.high || !state.may_send())
    }

    fn poll_until(&self, cx: &mut Context<'_>, reached: impl FnOnce(&State) -> bool) -> Poll<()> {
        let mut state = self.lock();
        if reached(&state) {
            return Poll::Ready(());
        }
        if !state.waiters.iter().any(|waiter| waiter.will_wake(cx.waker())) {
            state.waiters.push(cx.waker().clone());
        }
        Poll::Pending
    }

    // What the connection's task does.

    /// Begins: the handshake is done, the stream is ours.
    pub(crate) fn start(&self, writer: Writer) {
        self.lock().writer = Some(writer);
    }

    /// The task runs, so nobody needs to wake it.
    pub(crate) fn run(&self) -> Report {
        let mut state = self.lock();
        state.task = None;
        state.report()
    }

    /// What the task has to know before it goes on.
    pub(crate) fn report(&self) -> Report {
        self.board.load()
    }

    /// The task is about to wait: whoever asks something of it wakes it.
    pub(crate) fn rest(&self, cx: &mut Context<'_>) {
        self.lock().task.get_or_insert_with(|| cx.waker().clone());
    }

    /// Writes what is queued before the task waits. While something remains, it is woken when the stream takes more.
    pub(crate) fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.lock();
        state.catch_up(self.id);
        state.task.get_or_insert_with(|| cx.waker().clone());
        let State { writer, outbox, .. } = &mut *state;
        let Some(writer) = writer else { return Poll::Ready(Ok(())) };
        let flushed = match outbox.poll_write(writer, cx) {
            Poll::Ready(Ok(())) => Pin::new(writer).poll_flush(cx),
            other => other,
        };
        state.note_level();
        flushed
    }

    /// The transport is gone, as far as can be seen from here.
    pub(crate) fn lose(&self) {
        let mut state = self.lock();
        state.lost = true;
        state.outbox.clear();
        state.note_level();
        wake_all(std::mem::take(&mut state.waiters));
    }

    /// Says to the peer that nothing more comes, after everything that is queued.
    pub(crate) fn poll_shutdown(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.lock();
        let State { writer, outbox, .. } = &mut *state;
        let Some(writer) = writer else { return Poll::Ready(Ok(())) };
        match outbox.poll_write(writer, cx) {
            Poll::Ready(Ok(())) => Pin::new(writer).poll_shutdown(cx),
            other => other,
        }
    }

    /// The peer's close frame arrived.
    pub(crate) fn receive_close(&self, code: Option<u16>, reason: Text) -> Answer {
        let mut state = self.lock();
        let answer = state.session.receive(code, reason);
        wake_all(std::mem::take(&mut state.waiters));
        answer
    }

    /// The `drain` handler is called for the episode that ended.
    pub(crate) fn take_drained(&self) {
        self.lock().drained = false;
    }

    /// The end: the stream is dropped with what is queued. What it came to.
    pub(crate) fn finish(&self) -> Closed {
        let mut state = self.lock();
        let writer = state.writer.take();
        state.outbox.clear();
        state.task = None;
        let waiters = std::mem::take(&mut state.waiters);
        let closed = state.session.closed();
        drop(state);
        drop(writer);
        wake_all(waiters);
        closed
    }
}

/// The state under its lock; what it says is on the board once the lock is released.
pub(super) struct Locked<'a> {
    state: MutexGuard<'a, State>,
    board: &'a Board,
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
        // Still under the lock: a later holder's word comes later.
        self.board.store(self.state.report());
    }
}

impl State {
    fn report(&self) -> Report {
        Report {
            wish: self.wish,
            paused: self.paused,
            high: self.high,
            drained: self.drained,
            sent: !self.session.may_send(),
            received: self.session.has_received(),
            lost: self.lost,
        }
    }

    pub(super) fn may_send(&self) -> bool {
        self.writer.is_some() && !self.lost && self.session.may_send()
    }

    /// Queues what topics hold for this socket, so that it goes out before what is sent next.
    pub(super) fn catch_up(&mut self, id: u64) {
        if is_behind(&self.cursors) {
            let deliver = self.may_send() && !self.is_full();
            let outbox = &mut self.outbox;
            catch_up(&mut self.cursors, id, |bytes| {
                if deliver {
                    outbox.push(bytes);
                }
            });
            self.note_level();
        }
    }

    fn close(&mut self, id: u64, close: Option<&Close>) -> bool {
        self.catch_up(id);
        let first = self.session.send(close);
        if first {
            self.outbox.append(|tail| Encoder::close(close, tail));
            wake_all(std::mem::take(&mut self.waiters));
        }
        first
    }

    /// Whether the queue is at its limit. The limit is looked at before a message is queued, so one of any size that is
    /// allowed to arrive can leave.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// A message did not fit.
    pub(super) fn overflow(&mut self) {
        if self.close_when_full && self.session.may_send() {
            let close = Close::new(1008, "reads too slowly");
            self.session.send(Some(&close));
            self.outbox.append(|tail| Encoder::close(Some(&close), tail));
            wake_all(std::mem::take(&mut self.waiters));
        }
    }

    /// Writes a long queue without waiting for whoever fills it.
    fn relieve(&mut self) {
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
        let level = self.outbox.len();
        if self.full != (level >= limit) {
            self.full = level >= limit;
            for cursor in &self.cursors {
                cursor.topic().note_full(self.full);
            }
        }
        if level > limit / 2 {
            self.high = true;
        } else if self.high && level < limit.div_ceil(4) {
            self.high = false;
            self.drained = true;
            wake_all(std::mem::take(&mut self.waiters));
        }
        self.high
    }
}

/// Releases the lock, then wakes the connection's task if it waits.
pub(super) fn unlock<T>(mut state: Locked<'_>, value: T) -> T {
    let task = state.task.take();
    drop(state);
    if let Some(task) = task {
        task.wake();
    }
    value
}

/// Wakes those who wait; a waker only schedules, so this may be done under the lock.
fn wake_all(waiters: Vec<Waker>) {
    for waiter in waiters {
        waiter.wake();
    }
}
