//! The IO of one connection, as it goes on while a handler runs and while none does.
//!
//! Everything is done inside one poll: no byte lives in a future that could be dropped.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
};

use futures_core::Stream;
use tokio::time::{Instant, Sleep};

use super::{
    RouteState,
    handover::Arrival,
    inbound::{InboundEvent, Inbox},
};
use crate::{
    contract::Response,
    memory::Holding,
    panics::catch,
    route::{Outcome, Route},
    session::{Facts, Keepalive, NextStep, next},
    socket::{Flag, Socket, Status, Termination, WriteHalf},
    turn::{Turn, Work, defer, spend},
};

/// Streams of replies; the last one is asked first, for it came out of the one before.
pub(super) type Streams<'a, R> = Vec<Pin<Box<dyn Stream<Item = Outcome<'a, Response<R>>> + Send + 'a>>>;

/// The IO of one connection.
pub(super) struct Driver<'a, R: Route> {
    pub(super) state: &'a Arc<RouteState<R>>,
    pub(super) socket: &'a Socket<R>,
    pub(super) inbox: Inbox<'a, R>,
    /// The stream that `open` returned: it runs beside the messages.
    pub(super) feed: Streams<'a, R>,
    /// How many invalid messages came in a row.
    pub(super) invalid: u32,
    pub(super) keepalive: Keepalive,
    /// When the closing handshake has to be over.
    pub(super) deadline: Option<Instant>,
    /// The stream is to be ended by us: the peer broke the protocol and cannot be waited for.
    pub(super) failed: bool,
    /// What it may do before others get their turn.
    pub(super) turn: Turn,
    /// Reading rested when it was last asked for: the socket is paused, or enough waits to be handled.
    pub(super) held_back: bool,
    /// How much was queued for the peer then, in bytes.
    pub(super) queued: usize,
    pub(super) timer: Option<Pin<Box<Sleep>>>,
    /// The status of the write half when it was last read.
    pub(super) status: Status,
    /// The task has waited since, so others may have woken it.
    pub(super) waited: bool,
    /// What is held of what the peer sent, as it counts for all connections together.
    pub(super) holding: Holding<'a>,
    /// How much of that heavy work has, in bytes.
    pub(super) lifted: usize,
}

/// What there is to do next.
pub(super) enum Next<'a, R: Route> {
    Event(InboundEvent<R>),
    /// Something was read, most likely messages of the usual kind.
    Arrived,
    /// The feed said something; `None` is its end.
    Fed(Option<Outcome<'a, Response<R>>>),
    /// A drain episode ended.
    Drained,
    /// The connection is over.
    End,
}

/// What became of a handler.
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
            invalid: 0,
            keepalive: Keepalive::new(Instant::now()),
            deadline: None,
            failed: false,
            turn: Turn::begin(),
            held_back: false,
            queued: 0,
            timer: None,
            status: Status::default(),
            waited: true,
            holding: Holding::default(),
            lifted: 0,
        }
    }

    pub(super) fn write_half(&self) -> &'a WriteHalf {
        self.socket.write_half()
    }

    /// Learns what was asked of the connection meanwhile. From here on the task runs, and nobody needs to wake it.
    pub(super) fn ask(&mut self) {
        if std::mem::take(&mut self.waited) {
            self.turn = Turn::begin();
            self.status = self.write_half().run();
        } else {
            self.status = self.write_half().status();
        }
    }

    /// Runs a handler, while the connection goes on.
    pub(super) async fn during<T>(&mut self, handler: impl Future<Output = T>) -> Done<T> {
        let mut handler = pin!(handler);
        poll_fn(|cx| self.poll_handler(handler.as_mut(), cx)).await
    }

    /// Runs a handler as far as it comes; while it waits, the connection goes on.
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

    /// What the connection does while a handler waits.
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

    /// Asks a stream of replies for its next one, when the queue has room for it. `None` is its end, or the socket's.
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
            // What was read, or the timer, may have decided it, and nobody would wake us for that.
            if self.is_ending() { Poll::Ready(Done::Returned(None)) } else { Poll::Pending }
        })
        .await
    }

    /// Decodes what was read, before the task waits or anything is read behind it.
    pub(super) fn settle_inbox(&mut self) {
        if self.inbox.is_fresh() {
            self.inbox.settle(self.turn);
            self.ask();
            self.limit_ending();
        }
    }

    /// Waits for what there is to do next.
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
        // The timer or the flush may have decided something that nobody would wake us for.
        if let Some(next) = self.ready(cx) {
            return Poll::Ready(next);
        }
        if self.turn.is_over() {
            defer(cx);
        }
        Poll::Pending
    }

    /// Lets the network and others come first. What was read and not looked at is kept as it is; if that is nothing, one read
    /// sees to it that a stream which never waits does not keep the connection from reading.
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

    /// Whether a stream of replies has nobody left to speak to: the socket is on its way out, or the peer is to be failed.
    pub(super) fn is_ending(&self) -> bool {
        self.failed || self.status.is_closing() || self.inbox.fault().is_some()
    }

    /// What there is to do without waiting.
    #[inline]
    fn ready(&mut self, cx: &mut Context<'_>) -> Option<Next<'a, R>> {
        let is_idle = self.status.is_calm() && !self.failed && self.feed.is_empty() && self.inbox.is_idle();
        if is_idle { None } else { self.look(cx) }
    }

    /// The facts that the next step depends on.
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

    /// Takes the next steps as far as they need no waiting.
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

    /// Asks the stream that `open` returned for its next item.
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

    /// Writes what is queued, and arranges to be woken.
    pub(super) fn wait(&mut self, cx: &mut Context<'_>) {
        self.settle_inbox();
        let held = self.inbox.memory() + self.lifted;
        if self.holding.matters(held) && self.holding.count(&self.state.inbound, held, cx) {
            self.give_way(cx);
        }
        self.waited = true;
        let (flushed, status) = self.write_half().poll_flush(cx);
        self.look_again(status, cx);
        if let Poll::Ready(Err(_)) = flushed {
            self.write_half().lose();
            self.status.set(Flag::Lost, true);
            defer(cx);
        }
    }

    /// What was asked of the connection while its task ran, and what the flush itself has changed, wakes nobody: the task
    /// goes round once more.
    pub(super) fn look_again(&mut self, status: Status, cx: &mut Context<'_>) {
        if status != self.status {
            self.status = status;
            defer(cx);
        }
    }
}

/// Asks the last stream, and when it has ended, the one that it came out of, for the rest of the turn. After a panic none may
/// be asked again.
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
