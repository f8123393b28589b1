//! The IO of one connection, both while a handler runs and between handlers.
//!
//! All work happens inside one poll: no byte is stored in a future that could be dropped.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
};

use futures_core::Stream;

use super::{
    RouteState,
    clock::Clock,
    handover::Arrival,
    inbound::{InboundEvent, Inbox},
    invalid_run::InvalidRun,
};
use crate::{
    contract::Response,
    memory::Holding,
    panics::catch,
    route::{Outcome, Route},
    session::{Facts, NextStep, next},
    socket::{Flag, Socket, Status, Termination, WriteHalf},
    turn::{Turn, Work, defer, spend},
    wire::CloseCause,
};

/// Streams of replies. The last one is polled first, because the one before yielded it.
pub(super) type Streams<'a, R> = Vec<Pin<Box<dyn Stream<Item = Outcome<'a, Response<R>>> + Send + 'a>>>;

/// The IO of one connection.
pub(super) struct Driver<'a, R: Route> {
    pub(super) state: &'a Arc<RouteState<R>>,
    pub(super) socket: &'a Socket<R>,
    pub(super) inbox: Inbox<'a, R>,
    /// The stream that `open` returned; it runs while messages are handled.
    pub(super) feed: Streams<'a, R>,
    pub(super) invalid: InvalidRun,
    pub(super) clock: Clock,
    /// True if we must end the stream: the peer violated the protocol and is not waited for.
    pub(super) failed: bool,
    /// The work that it may do before it yields.
    pub(super) turn: Turn,
    /// True if reading was paused at the last check: the socket is paused, or enough input waits.
    pub(super) held_back: bool,
    /// The number of bytes that were queued for the peer at that time.
    pub(super) queued: usize,
    /// The last status of the write half.
    pub(super) status: Status,
    /// True if the task has waited since, so that others may have woken it.
    pub(super) waited: bool,
    /// The inbound memory of the connection, as counted in the total.
    pub(super) holding: Holding<'a>,
    /// The part of it that heavy work holds, in bytes.
    pub(super) lifted: usize,
}

/// The next thing to do.
pub(super) enum Next<'a, R: Route> {
    Event(InboundEvent<R>),
    /// Input was read, most likely common messages.
    Arrived,
    /// The stream of `open` yielded an item; `None` is its end.
    Fed(Option<Outcome<'a, Response<R>>>),
    /// The queue has drained.
    Drained,
    /// The connection has ended.
    End,
}

/// The outcome of a handler.
pub(super) enum Done<T> {
    Returned(T),
    Panicked(Box<str>),
    /// It was dropped, because the connection is cut off.
    Aborted,
}

impl<'a, R: Route> Driver<'a, R> {
    pub(super) fn new(state: &'a Arc<RouteState<R>>, socket: &'a Socket<R>, arrival: Arrival) -> Self {
        Self {
            state,
            socket,
            inbox: Inbox::new(state, socket.write_half(), arrival),
            feed: Vec::new(),
            invalid: InvalidRun::default(),
            clock: Clock::new(),
            failed: false,
            turn: Turn::begin(),
            held_back: false,
            queued: 0,
            status: Status::default(),
            waited: true,
            holding: Holding::default(),
            lifted: 0,
        }
    }

    pub(super) fn write_half(&self) -> &'a WriteHalf {
        self.socket.write_half()
    }

    /// Reads the requests made of the connection meanwhile. From here on the task runs and needs no wake-up.
    pub(super) fn ask(&mut self) {
        if std::mem::take(&mut self.waited) {
            self.turn = Turn::begin();
            self.status = self.write_half().run();
        } else {
            self.status = self.write_half().status();
        }
    }

    /// Runs a handler while the connection continues.
    pub(super) async fn during<T>(&mut self, handler: impl Future<Output = T>) -> Done<T> {
        let mut handler = pin!(handler);
        poll_fn(|cx| self.poll_handler(handler.as_mut(), cx)).await
    }

    /// Polls a handler; while it waits, the connection continues.
    pub(super) fn poll_handler<T>(
        &mut self,
        handler: Pin<&mut impl Future<Output = T>>,
        cx: &mut Context<'_>,
    ) -> Poll<Done<T>> {
        if self.waited {
            self.ask();
        }
        match catch(|| handler.poll(cx)) {
            Ok(Poll::Ready(value)) => Poll::Ready(Done::Returned(value)),
            Ok(Poll::Pending) => self.poll_meanwhile(cx),
            Err(panic) => Poll::Ready(Done::Panicked(panic)),
        }
    }

    /// The work of the connection while a handler waits.
    pub(super) fn poll_meanwhile<T>(&mut self, cx: &mut Context<'_>) -> Poll<Done<T>> {
        self.ask();
        if self.status.has(Flag::Abort) {
            return Poll::Ready(Done::Aborted);
        }
        self.read(cx);
        self.poll_time(cx);
        self.wait(cx);
        Poll::Pending
    }

    /// Polls a stream of replies for its next item, if the queue has room for it. `None` is its end, or that of the
    /// socket.
    pub(super) async fn next_of(
        &mut self,
        streams: &mut Streams<'a, R>,
    ) -> Done<Option<Outcome<'a, Response<R>>>> {
        poll_fn(|cx| {
            self.ask();
            if self.status.has(Flag::Abort) {
                return Poll::Ready(Done::Aborted);
            }
            if self.is_ending() {
                return Poll::Ready(Done::Returned(None));
            }
            if self.turn.is_over() {
                defer(cx);
            } else if !self.status.has(Flag::High)
                && let Poll::Ready(next) = poll_streams::<R>(streams, self.turn, cx)
            {
                return Poll::Ready(next);
            }
            self.read(cx);
            self.poll_time(cx);
            self.wait(cx);
            // Input or the timer may have decided this, and nothing would wake the task for that.
            if self.is_ending() { Poll::Ready(Done::Returned(None)) } else { Poll::Pending }
        })
        .await
    }

    /// Decodes the input before the task waits or reads more.
    pub(super) fn queue_input(&mut self) {
        if self.inbox.is_fresh() {
            self.inbox.queue_input(self.turn);
            self.ask();
            self.limit_ending();
        }
    }

    /// Waits for the next thing to do.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Next<'a, R>> {
        self.ask();
        loop {
            if self.turn.is_over() {
                return self.end_turn(cx);
            }
            if let Some(next) = self.ready(cx) {
                return Poll::Ready(next);
            }
            if self.poll_read(cx).is_pending() {
                break;
            }
            if self.inbox.is_fresh() && self.status.is_calm() {
                return Poll::Ready(Next::Arrived);
            }
        }
        self.poll_time(cx);
        self.wait(cx);
        // The timer or the flush may have decided something for which nothing would wake the task.
        if let Some(next) = self.ready(cx) {
            return Poll::Ready(next);
        }
        if self.turn.is_over() {
            defer(cx);
        }
        Poll::Pending
    }

    /// Yields to the network and other tasks. Undecoded input is kept. If there is none, one read ensures that a stream
    /// which never waits does not stop the connection from reading.
    #[cold]
    fn end_turn<T>(&mut self, cx: &mut Context<'_>) -> Poll<T> {
        if self.inbox.is_empty() {
            let _ = self.poll_read(cx);
        }
        self.inbox.hold_back();
        self.poll_time(cx);
        self.wait(cx);
        defer(cx);
        Poll::Pending
    }

    /// Returns true if a stream of replies has no receiver left: the socket is closing, or the connection must fail.
    pub(super) fn is_ending(&self) -> bool {
        self.failed || self.status.is_closing() || self.inbox.fault().is_some()
    }

    /// Returns the next thing to do without waiting.
    #[inline]
    fn ready(&mut self, cx: &mut Context<'_>) -> Option<Next<'a, R>> {
        let is_idle = self.status.is_calm() && !self.failed && self.feed.is_empty() && self.inbox.is_idle();
        if is_idle { None } else { self.look(cx) }
    }

    /// Collects the facts that the next step depends on.
    pub(super) fn facts(&self) -> Facts {
        let status = self.status;
        Facts {
            terminated: status.termination() != Termination::Nothing,
            failed: self.failed,
            sent: status.has(Flag::Sent),
            received: status.has(Flag::Received),
            owed: self.inbox.owes(),
            lost: status.has(Flag::Lost),
            ended: status.has(Flag::Ended),
            pending: !self.inbox.is_empty(),
            high: status.has(Flag::High),
            drained: status.has(Flag::Drained),
            streaming: !self.feed.is_empty(),
            spent: self.turn.is_over(),
        }
    }

    /// Takes all steps that need no waiting.
    fn look(&mut self, cx: &mut Context<'_>) -> Option<Next<'a, R>> {
        loop {
            match next(self.facts()) {
                NextStep::Handle => match self.inbox.pop(self.turn) {
                    Some(event) => return Some(Next::Event(event)),
                    None => self.ask(),
                },
                NextStep::Discard => self.discard(),
                NextStep::Drained => {
                    self.status.set(Flag::Drained, false);
                    self.write_half().take_drained();
                    if R::HANDLERS.drain {
                        return Some(Next::Drained);
                    }
                }
                NextStep::Answer => {
                    self.answer_close();
                    return Some(Next::End);
                }
                NextStep::Stream => return self.poll_feed(cx),
                NextStep::AwaitClose => {
                    self.inbox.ignore_messages();
                    self.begin_deadline();
                    return None;
                }
                NextStep::Wait => return None,
                NextStep::End => return Some(Next::End),
            }
        }
    }

    /// Polls the stream of `open` for its next item.
    fn poll_feed(&mut self, cx: &mut Context<'_>) -> Option<Next<'a, R>> {
        match poll_streams::<R>(&mut self.feed, self.turn, cx) {
            Poll::Pending => None,
            Poll::Ready(Done::Returned(outcome)) => Some(Next::Fed(outcome)),
            Poll::Ready(Done::Panicked(text)) => {
                self.feed.clear();
                Some(Next::Event(InboundEvent::Panicked(text)))
            }
            Poll::Ready(Done::Aborted) => Some(Next::End),
        }
    }

    /// Writes the queue and arranges to be woken.
    pub(super) fn wait(&mut self, cx: &mut Context<'_>) {
        self.queue_input();
        let held = self.inbox.memory() + self.lifted;
        if self.holding.matters(held) && self.holding.count(&self.state.inbound, held, cx) {
            self.give_way(cx);
        }
        self.waited = true;
        let (flushed, status) = self.write_half().poll_flush(cx);
        self.look_again(status, cx);
        if let Poll::Ready(Err(error)) = flushed {
            self.write_half().note_cause(CloseCause::Io(error));
            self.write_half().lose();
            self.status.set(Flag::Lost, true);
            defer(cx);
        }
    }

    /// Requests made while the task ran, and changes by the flush itself, wake nobody: the task runs once more.
    pub(super) fn look_again(&mut self, status: Status, cx: &mut Context<'_>) {
        if status != self.status {
            self.status = status;
            defer(cx);
        }
    }
}

/// Polls the last stream, and after its end the one that yielded it, for the rest of the turn. After a panic none may
/// be polled again.
fn poll_streams<'a, R: Route>(
    streams: &mut Streams<'a, R>,
    turn: Turn,
    cx: &mut Context<'_>,
) -> Poll<Done<Option<Outcome<'a, Response<R>>>>> {
    while let Some(stream) = streams.last_mut() {
        if turn.is_over() {
            defer(cx);
            return Poll::Pending;
        }
        spend(Work::Message);
        match catch(|| stream.as_mut().poll_next(cx)) {
            Ok(Poll::Ready(Some(Outcome::Stream(inner)))) => streams.push(inner),
            Ok(Poll::Ready(Some(outcome))) => return Poll::Ready(Done::Returned(Some(outcome))),
            Ok(Poll::Ready(None)) => drop(streams.pop()),
            Ok(Poll::Pending) => return Poll::Pending,
            Err(panic) => return Poll::Ready(Done::Panicked(panic)),
        }
    }
    Poll::Ready(Done::Returned(None))
}
