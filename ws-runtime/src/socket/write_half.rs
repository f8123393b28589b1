//! The write side of one socket: stream, queue, subscriptions and closing handshake, behind one short lock.
//!
//! Two write to the stream: the connection's task, and its shard's flusher. Everybody else queues and wakes the task. While
//! the task runs, it is not in `task`; what others queue then, it writes before it waits again.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll},
};

use tokio::io::AsyncWrite;

use super::{
    Settings,
    compression::ContextStream,
    cursors::Cursors,
    latest::Latest,
    naming::SocketName,
    outbox::Outbox,
    state::{Locked, State, TOO_SLOW, release, unlock},
    status::{Flag, Status, StatusCell, Termination},
    transport::Writer,
};
use crate::{
    contract::SocketId,
    memory::Outbound,
    message::Text,
    session::{Answer, Session},
    sync::{Mutex, Notify},
    wire::{Agreed, Close, CloseCause, Closed, Initiator},
};

/// The write side of one socket.
#[derive(Debug)]
pub(crate) struct WriteHalf {
    /// The socket's number in this process. Never 0, which stands for nobody.
    pub(super) id: u64,
    /// Its place among the connected sockets of its route, from when it is there.
    place: AtomicU32,
    /// What was agreed on about compression, if anything.
    pub(super) agreed: Option<Agreed>,
    pub(super) status_cell: StatusCell,
    /// Where what is queued counts together with what is queued for others.
    pub(super) outbound: Arc<Outbound>,
    /// Notifies waiters that the queue has emptied or that the socket closes.
    pub(super) changed: Notify,
    state: Mutex<State>,
}

impl WriteHalf {
    pub(crate) fn new(id: u64, settings: &Settings, outbound: Arc<Outbound>, agreed: Option<Agreed>) -> Self {
        Self {
            id,
            place: AtomicU32::new(u32::MAX),
            agreed,
            status_cell: StatusCell::default(),
            outbound,
            changed: Notify::new(),
            state: Mutex::new(State {
                writer: Some(Writer::Awaited),
                outbox: Outbox::default(),
                cursors: Cursors::default(),
                own: ContextStream::of(agreed.as_ref()),
                session: Session::default(),
                cause: None,
                task: None,
                changed: false,
                status: Status::default(),
                full: false,
                limit: settings.backpressure_limit.unwrap_or(usize::MAX),
                quiet: State::quiet(settings.backpressure_limit),
                close_when_full: settings.close_on_backpressure_limit,
                latest: settings
                    .latest_by_key
                    .zip(settings.backpressure_limit)
                    .map(|(pointer, most)| Box::new(Latest::new(pointer, most))),
                counted: 0,
                counted_len: 0,
            }),
        }
    }

    /// Notes the socket's place among the connected sockets of its route, before anybody else can see it there.
    pub(super) fn note_place(&self, place: usize) {
        self.place.store(u32::try_from(place).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// Returns what the application knows the socket by.
    pub(super) fn socket_id(&self) -> SocketId {
        SocketName { number: self.id, place: self.place.load(Ordering::Relaxed) }.id()
    }

    pub(super) fn lock(&self) -> Locked<'_> {
        // No code of a user runs under the lock, so a poisoned one is whole.
        Locked { state: self.state.lock().unwrap_or_else(PoisonError::into_inner), write_half: self }
    }

    // What handlers and other tasks do.

    /// Queues a close frame behind everything that was sent. False if one went out before.
    pub(crate) fn close(&self, close: Option<&Close>) -> bool {
        let mut state = self.lock();
        let first = state.writer.is_some() && state.close(self.id, close);
        unlock(state, first)
    }

    /// Asks for an end without a close frame.
    pub(crate) fn terminate(&self, termination: Termination) {
        let mut state = self.lock();
        state.status.add_termination(termination);
        state.changed = true;
        unlock(state, ());
    }

    /// Cuts the connection off because too much is queued for all sockets together, and its share is the largest. Its peer does
    /// not read, so no close frame would arrive; what is queued is dropped at once. False if it is over already.
    pub(crate) fn give_up(&self) -> bool {
        let mut state = self.lock();
        if state.writer.is_none() || state.status.termination() != Termination::Nothing {
            return false;
        }
        state.session.send(Some(&TOO_SLOW));
        state.status.set(Flag::Sent, true);
        state.status.add_termination(Termination::Terminate);
        state.drop_queue();
        state.note_level();
        state.changed = true;
        state.count();
        release(state);
        true
    }

    /// How much of the memory that is counted for all sockets would go with this socket's queue, in bytes: its own, and its
    /// part of what it shares with others. Over all sockets and logs that adds up to the total.
    pub(crate) fn memory(&self) -> usize {
        let mut state = self.lock();
        state.count();
        state.counted + state.share()
    }

    /// Stops or resumes reading.
    pub(super) fn pause(&self, paused: bool) {
        let mut state = self.lock();
        state.status.set(Flag::Paused, paused);
        unlock(state, ());
    }

    /// How many bytes the stream has not taken yet.
    pub(crate) fn buffered(&self) -> usize {
        self.lock().queued()
    }

    /// Whether the socket is open, closing (a close frame went out or came in), or closed.
    pub(super) fn phase(&self) -> super::ReadyState {
        let state = self.lock();
        match state.writer {
            None => super::ReadyState::Closed,
            Some(_) if !state.status.is_closing() && !state.session.has_received() => super::ReadyState::Open,
            Some(_) => super::ReadyState::Closing,
        }
    }

    /// Waits until the peer or the transport is gone, or we are closing.
    pub(super) async fn closed(&self) {
        self.until(|state| state.writer.is_none() || state.status.is_closing()).await;
    }

    /// Waits until the queue is below a quarter of its limit, or the socket is closing.
    pub(super) async fn drained(&self) {
        self.until(|state| !state.status.has(Flag::High) || !state.may_send()).await;
    }

    /// Whoever stops waiting leaves nothing behind, for a connection may outlive very many who wait.
    async fn until(&self, reached: impl Fn(&State) -> bool) {
        loop {
            // It hears of every change from here on, so none comes between the look and the wait.
            let changed = self.changed.notified();
            if reached(&self.lock()) {
                return;
            }
            changed.await;
        }
    }

    // What the connection's task does.

    /// The handshake is done, the stream is ours. To be called by the connection's task, before it is [finished](Self::finish).
    pub(crate) fn start(&self, writer: Writer) {
        self.lock().writer = Some(writer);
    }

    /// The task runs, so nobody needs to wake it.
    pub(crate) fn run(&self) -> Status {
        let mut state = self.lock();
        state.task = None;
        state.status
    }

    /// What the task has to know before it goes on.
    pub(crate) fn status(&self) -> Status {
        self.status_cell.load()
    }

    /// The task is about to wait: whoever asks something of it from here on wakes it. Earlier requests are in the status.
    pub(crate) fn rest(&self, cx: &mut Context<'_>) -> Status {
        let mut state = self.lock();
        state.task.get_or_insert_with(|| cx.waker().clone());
        state.status
    }

    /// Writes what is queued before the task waits. While something remains, it is woken when the stream takes more. The
    /// status is as in [`rest`](Self::rest).
    pub(crate) fn poll_flush(&self, cx: &mut Context<'_>) -> (Poll<io::Result<()>>, Status) {
        let mut state = self.lock();
        state.catch_up(self.id);
        state.task.get_or_insert_with(|| cx.waker().clone());
        let lost = state.status.has(Flag::Lost);
        let State { writer, outbox, .. } = &mut *state;
        let flushed = match writer {
            // A stream that broke once would say so again at each wake.
            Some(writer) if !lost => match outbox.poll_write(writer, cx) {
                Poll::Ready(Ok(())) => Pin::new(writer).poll_flush(cx),
                other => other,
            },
            _ => Poll::Ready(Ok(())),
        };
        state.note_level();
        let holds = state.counted != 0 || !state.outbox.is_empty();
        if holds {
            state.outbox.compact();
            state.count();
        }
        let status = state.status;
        drop(state);
        if holds {
            self.outbound.make_room(0);
        }
        (flushed, status)
    }

    /// Notes the error that ends the connection. The first one counts.
    pub(crate) fn note_cause(&self, cause: CloseCause) {
        self.lock().cause.get_or_insert_with(|| Arc::new(cause));
    }

    /// The transport is gone, as far as can be seen from here.
    pub(crate) fn lose(&self) {
        let mut state = self.lock();
        state.status.set(Flag::Lost, true);
        state.drop_queue();
        state.count();
        state.note_level();
        state.changed = true;
    }

    /// The peer says nothing more. What is queued for it may still arrive.
    pub(crate) fn end(&self) {
        let mut state = self.lock();
        state.status.set(Flag::Ended, true);
        state.changed = true;
    }

    /// Says to the peer that nothing more comes, after everything that is queued.
    pub(crate) fn poll_shutdown(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.lock();
        state.release(usize::MAX);
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
        state.status.set(Flag::Received, true);
        state.changed = true;
        answer
    }

    /// The `drain` handler is called for the episode that ended.
    pub(crate) fn take_drained(&self) {
        self.lock().status.set(Flag::Drained, false);
    }

    /// The end: the stream is dropped with what is queued. What it came to.
    pub(crate) fn finish(&self) -> Closed {
        let mut state = self.lock();
        let writer = state.writer.take();
        state.drop_queue();
        state.count();
        state.task = None;
        let closed = state.session.closed();
        if closed.by == Initiator::Transport && state.status.has(Flag::Ended) {
            let ended = || Arc::new(CloseCause::Io(io::ErrorKind::UnexpectedEof.into()));
            state.cause.get_or_insert_with(ended);
        }
        // After a complete closing handshake it does not matter how the stream ends.
        let is_cause = |cause: &Arc<CloseCause>| !closed.clean || matches!(**cause, CloseCause::Protocol(_));
        let cause = state.cause.clone().filter(is_cause);
        let closed = closed.with_cause(cause);
        drop(state);
        drop(writer);
        self.changed.notify_waiters();
        closed
    }
}
