//! The write half of a socket: stream, queue, subscriptions and closing handshake, behind one short lock.
//!
//! Only two tasks write to the stream: the task of the connection and the flusher of its shard. All other tasks queue
//! messages and wake the task of the connection. That task removes its waker from the state while it runs, and writes
//! all queued messages before it waits again.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll},
};

use tokio::{io::AsyncWrite, time::Instant};

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

/// The write half of one socket.
#[derive(Debug)]
pub(crate) struct WriteHalf {
    /// The number of the socket in this process. Never 0, which means no socket.
    pub(super) id: u64,
    /// The slot of the socket among the connected sockets of its route, once it is registered.
    slot: AtomicU32,
    /// The negotiated compression. `None` if messages are not compressed.
    pub(super) agreed: Option<Agreed>,
    pub(super) status_cell: StatusCell,
    /// The total of the queues of all sockets.
    pub(super) outbound: Arc<Outbound>,
    /// Notifies tasks that wait for a shorter queue or for the end of the socket.
    pub(super) changed: Notify,
    state: Mutex<State>,
}

impl WriteHalf {
    pub(crate) fn new(id: u64, settings: &Settings, outbound: Arc<Outbound>, agreed: Option<Agreed>) -> Self {
        Self {
            id,
            slot: AtomicU32::new(u32::MAX),
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
                expiry: None,
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
                uncounted_from: State::uncounted_from(0, settings.latest_by_key.is_some()),
            }),
        }
    }

    /// Records the slot of the socket among the connected sockets of its route. Called before the socket can be found.
    pub(super) fn set_slot(&self, slot: usize) {
        self.slot.store(u32::try_from(slot).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// Returns the id of the socket for the application.
    pub(super) fn socket_id(&self) -> SocketId {
        SocketName { number: self.id, slot: self.slot.load(Ordering::Relaxed) }.id()
    }

    pub(super) fn lock(&self) -> Locked<'_> {
        // No user code runs under the lock, so the data behind a poisoned lock is valid.
        Locked { state: self.state.lock().unwrap_or_else(PoisonError::into_inner), write_half: self }
    }

    // Methods for handlers and other tasks.

    /// Queues a close frame after all messages. Returns false if one was sent before.
    pub(crate) fn close(&self, close: Option<&Close>) -> bool {
        let mut state = self.lock();
        let first = state.writer.is_some() && state.close(self.id, close);
        unlock(state, first)
    }

    /// Requests the end of the connection without a close frame.
    pub(crate) fn terminate(&self, termination: Termination) {
        let mut state = self.lock();
        state.status.add_termination(termination);
        state.changed = true;
        unlock(state, ());
    }

    /// Cuts off the connection because its share in the total of all queues is the largest. The peer does not read, so
    /// a close frame would not arrive. The queue is dropped at once. Returns false if the connection has ended or is
    /// about to.
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

    /// Returns how much counted memory the queue of this socket accounts for, in bytes: its own memory, and its share
    /// of shared chunks. Over all sockets and logs, these add up to the total.
    pub(crate) fn memory(&self) -> usize {
        let mut state = self.lock();
        state.count();
        state.counted + state.share()
    }

    /// Pauses or resumes reading.
    pub(super) fn pause(&self, paused: bool) {
        let mut state = self.lock();
        state.status.set(Flag::Paused, paused);
        unlock(state, ());
    }

    /// Sets the time at which the connection expires. `None` means never.
    pub(super) fn expire_at(&self, when: Option<Instant>) {
        let mut state = self.lock();
        state.expiry = when.map(Box::new);
        state.status.set(Flag::Expiry, true);
        unlock(state, ());
    }

    /// Returns the number of bytes that the stream has not accepted yet.
    pub(crate) fn buffered(&self) -> usize {
        self.lock().queued()
    }

    /// Returns whether the socket is open, closing or closed.
    pub(super) fn phase(&self) -> super::ReadyState {
        let state = self.lock();
        match state.writer {
            None => super::ReadyState::Closed,
            Some(_) if !state.status.is_closing() && !state.session.has_received() => super::ReadyState::Open,
            Some(_) => super::ReadyState::Closing,
        }
    }

    /// Waits until the socket is closing, or the peer or the transport is lost.
    pub(super) async fn closed(&self) {
        self.until(|state| state.writer.is_none() || state.status.is_closing()).await;
    }

    /// Waits until the queue is below a quarter of its limit, if it was above half, or until the socket is closing.
    pub(super) async fn drained(&self) {
        self.until(|state| !state.status.has(Flag::High) || !state.may_send()).await;
    }

    /// Waits until a condition is true. A waiter that is dropped frees its memory, because a connection may outlive
    /// many waiters.
    async fn until(&self, reached: impl Fn(&State) -> bool) {
        loop {
            // The notification is registered before the check, so that no change in between is missed.
            let changed = self.changed.notified();
            if reached(&self.lock()) {
                return;
            }
            changed.await;
        }
    }

    // Methods for the task of the connection.

    /// Receives the stream after the handshake. Called by the task of the connection before [`finish`](Self::finish).
    pub(crate) fn start(&self, writer: Writer) {
        self.lock().writer = Some(writer);
    }

    /// Records that the task runs and needs no wake-up. Returns the status.
    pub(crate) fn run(&self) -> Status {
        let mut state = self.lock();
        state.task = None;
        state.status
    }

    /// Returns the current status, without the lock.
    pub(crate) fn status(&self) -> Status {
        self.status_cell.load()
    }

    /// Registers the task's waker before it waits: every later request wakes the task. Earlier requests are in the
    /// returned status.
    pub(crate) fn rest(&self, cx: &mut Context<'_>) -> Status {
        let mut state = self.lock();
        state.task.get_or_insert_with(|| cx.waker().clone());
        state.status
    }

    /// Writes the queue, and registers the task's waker as in [`rest`](Self::rest). If bytes remain, the task is also
    /// woken when the stream accepts more.
    pub(crate) fn poll_flush(&self, cx: &mut Context<'_>) -> (Poll<io::Result<()>>, Status) {
        let mut state = self.lock();
        state.catch_up(self.id);
        state.task.get_or_insert_with(|| cx.waker().clone());
        let lost = state.status.has(Flag::Lost);
        let State { writer, outbox, .. } = &mut *state;
        let flushed = match writer {
            // A lost stream is not written, because it would report the same error at each wake-up.
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

    /// Records the error that ends the connection. Later errors are ignored.
    pub(crate) fn note_cause(&self, cause: CloseCause) {
        self.lock().cause.get_or_insert_with(|| Arc::new(cause));
    }

    /// Records that the transport is lost.
    pub(crate) fn lose(&self) {
        let mut state = self.lock();
        state.status.set(Flag::Lost, true);
        state.drop_queue();
        state.count();
        state.note_level();
        state.changed = true;
    }

    /// Records that the peer has shut down its write half. It may still read.
    pub(crate) fn end(&self) {
        let mut state = self.lock();
        state.status.set(Flag::Ended, true);
        state.changed = true;
    }

    /// Writes the queue and then shuts down our write half.
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

    /// Records the peer's close frame, and returns how to answer it.
    pub(crate) fn receive_close(&self, code: Option<u16>, reason: Text) -> Answer {
        let mut state = self.lock();
        let answer = state.session.receive(code, reason);
        state.status.set(Flag::Received, true);
        state.changed = true;
        answer
    }

    /// Removes and returns the expiry that was set last.
    pub(crate) fn take_expiry(&self) -> Option<Box<Instant>> {
        let mut state = self.lock();
        state.status.set(Flag::Expiry, false);
        state.expiry.take()
    }

    /// Records that `drain` has been called for the drain episode that has ended.
    pub(crate) fn take_drained(&self) {
        self.lock().status.set(Flag::Drained, false);
    }

    /// Drops the stream and the queue, and returns how the connection ended.
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
        // After a complete closing handshake, an error of the stream is not a cause.
        let is_cause = |cause: &Arc<CloseCause>| !closed.clean || matches!(**cause, CloseCause::Protocol(_));
        let cause = state.cause.clone().filter(is_cause);
        let closed = closed.with_cause(cause);
        drop(state);
        drop(writer);
        self.changed.notify_waiters();
        closed
    }
}

#[cfg(all(test, not(ws_loom)))]
mod tests {
    use super::*;

    #[test]
    fn write_half_of_an_idle_socket_is_small() {
        // Every connection has one. What few connections need belongs in a box.
        let size = size_of::<WriteHalf>();
        assert!(size <= 320, "{size} bytes");
    }
}
