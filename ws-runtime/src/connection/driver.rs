//! The IO of a connection, while a handler runs and between handlers.
//!
//! All work happens within a poll. No future that may be dropped stores bytes.

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

/// Nested streams of replies. Each was yielded by the previous one. The last stream is polled first.
pub(super) type Streams<'a, R> = Vec<Pin<Box<dyn Stream<Item = Outcome<'a, Response<R>>> + Send + 'a>>>;

/// The IO of a connection.
pub(super) struct Driver<'a, R: Route> {
    pub(super) state: &'a Arc<RouteState<R>>,
    pub(super) socket: &'a Socket<R>,
    pub(super) inbox: Inbox<'a, R>,
    /// The stream that `open` returned, which runs while messages are handled.
    pub(super) feed: Streams<'a, R>,
    pub(super) invalid: InvalidRun,
    pub(super) clock: Clock,
    /// True after the connection was failed. The close frame of the peer is not awaited.
    pub(super) failed: bool,
    /// The work that the task may do before it yields.
    pub(super) turn: Turn,
    /// True if reading was held back at the last check, because the socket is paused or enough input waits.
    pub(super) held_back: bool,
    /// The number of bytes that were queued for the peer at that check.
    pub(super) queued: usize,
    /// The status of the write half at the last check.
    pub(super) status: Status,
    /// True if the task has waited since `status` was last read. Other tasks may have changed it and woken the task
    /// since.
    pub(super) waited: bool,
    /// The inbound memory of the connection that is counted in the total.
    pub(super) holding: Holding<'a>,
    /// The inbound memory that heavy work holds, in bytes.
    pub(super) lifted: usize,
}

/// The next event for the connection.
pub(super) enum Next<'a, R: Route> {
    Event(InboundEvent<R>),
    /// Input was read. It most likely contains messages for the fast path.
    Arrived,
    /// The stream of `open` yielded an item. `None` means that it has ended.
    Fed(Option<Outcome<'a, Response<R>>>),
    /// A drain episode has ended.
    Drained,
    /// The connection has ended.
    End,
}

/// The outcome of a handler.
pub(super) enum Done<T> {
    Returned(T),
    Panicked(Box<str>),
    /// The handler was dropped, because the connection is cut off.
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

    /// Updates the status with the requests that other tasks have made. Until the task waits again, it needs no
    /// wake-up.
    pub(super) fn ask(&mut self) {
        if std::mem::take(&mut self.waited) {
            self.turn = Turn::begin();
            self.status = self.write_half().run();
        } else {
            self.status = self.write_half().status();
        }
    }

    /// Runs a handler. The connection continues meanwhile.
    pub(super) async fn during<T>(&mut self, handler: impl Future<Output = T>) -> Done<T> {
        let mut handler = pin!(handler);
        poll_fn(|cx| self.poll_handler(handler.as_mut(), cx)).await
    }

    /// Polls a handler. If the handler waits, does the other work of the connection.
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

    /// Does the work of the connection while a handler waits: reads, checks the deadlines and writes.
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

    /// Polls the streams of replies for the next item, unless the outbound queue is long. `None` means that the streams
    /// have ended or that the socket is closing.
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
            // Input or a timer may have ended the connection just now, without a wake-up.
            if self.is_ending() { Poll::Ready(Done::Returned(None)) } else { Poll::Pending }
        })
        .await
    }

    /// Decodes new input. Called before the task waits or reads more.
    pub(super) fn queue_input(&mut self) {
        if self.inbox.is_fresh() {
            self.inbox.queue_input(self.turn);
            self.ask();
            self.limit_ending();
        }
    }

    /// Waits for the next event.
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
        // The timer or the flush may have caused an event just now, without a wake-up.
        if let Some(next) = self.ready(cx) {
            return Poll::Ready(next);
        }
        if self.turn.is_over() {
            defer(cx);
        }
        Poll::Pending
    }

    /// Yields to other tasks. Undecoded input is kept. If there is none, reads once, so that a stream of replies that
    /// never waits does not stop reading.
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

    /// Returns true if replies can no longer be sent, because the socket is closing or the connection must fail.
    pub(super) fn is_ending(&self) -> bool {
        self.failed || self.status.is_closing() || self.inbox.fault().is_some()
    }

    /// Returns the next event that needs no waiting, if there is one.
    #[inline]
    fn ready(&mut self, cx: &mut Context<'_>) -> Option<Next<'a, R>> {
        let is_idle = self.status.is_calm() && !self.failed && self.feed.is_empty() && self.inbox.is_idle();
        if is_idle { None } else { self.look(cx) }
    }

    /// Collects the facts that decide the next step.
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

    /// Takes steps until one yields an event or requires waiting.
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

    /// Decodes new input, writes the queue, and registers the waker.
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

    /// Runs the task once more if the status has changed, because requests made while the task ran, and the flush
    /// itself, do not wake it.
    pub(super) fn look_again(&mut self, status: Status, cx: &mut Context<'_>) {
        if status != self.status {
            self.status = status;
            defer(cx);
        }
    }
}

/// Polls the last stream. When it ends, continues with the previous one, until the turn is over. After a panic, no
/// stream may be polled again.
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
