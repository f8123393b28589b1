//! What arrives: bytes to events.
//!
//! A frame is decoded when its turn comes, where it was read. What is left when a handler has to wait is taken apart then, so
//! that control frames are acted on and the thread's buffer is free; its messages are kept as they were sent, and that is never
//! more than one message's worth.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, ready},
};

use bytes::BufMut;
use tokio::{io::AsyncReadExt, time::Instant};

use super::{
    Entry,
    event::{Arrived, Event, Queue, Waiting},
    hearing::{Attention, Hearing},
    input::{BUFFER, Input},
    upgrade::Arrival,
};
use crate::{
    route::Route,
    session::Echo,
    socket::{Line, Reader},
    turn::{Turn, Work, spend},
    wire::{Close, Decoder, Fault, Incoming, Inflater, Limits, Role},
};

/// What is held back for a connection without a limit on its messages, in bytes.
const UNLIMITED: usize = 1 << 20;

/// Where it arrives.
enum Source {
    /// HTTP still has the stream, for the 101.
    Awaited(Arrival),
    Here(Reader),
}

/// The inbound half of a connection.
pub(super) struct Inbox<'a, R: Route> {
    source: Source,
    input: Input,
    decoder: Decoder,
    hearing: Hearing<'a, R>,
    /// What waits for its turn.
    queue: Queue,
    /// Since when a message is under way.
    begun: Option<Instant>,
    ended: bool,
    /// It did not end well.
    broken: bool,
}

impl<'a, R: Route> Inbox<'a, R> {
    pub(super) fn new(entry: &'a Entry<R>, line: &'a Line, arrival: Arrival) -> Self {
        Self {
            source: Source::Awaited(arrival),
            input: Input::new(Vec::new()),
            decoder: Decoder::new(Role::Server, line.agreed().is_some()),
            hearing: Hearing::new(entry, line),
            queue: Queue::default(),
            begun: None,
            ended: false,
            broken: false,
        }
    }

    fn limits(&self) -> &'a Limits {
        &self.hearing.entry().hub.settings.limits
    }

    /// Whether as much is held as one message may be long.
    pub(super) fn is_full(&self) -> bool {
        // One read may bring a whole buffer, so less could not be kept to.
        self.input.is_held() || self.weighs_enough()
    }

    /// How much memory is held of what the peer sent, in bytes.
    #[inline]
    pub(super) fn memory(&self) -> usize {
        self.input.memory() + self.queue.memory() + self.decoder.held()
    }

    fn weighs_enough(&self) -> bool {
        self.queue.weight() >= self.limits().max_message.unwrap_or(UNLIMITED).max(BUFFER)
    }

    /// Whether nothing waits for its turn.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty() && !self.is_fresh() && !self.input.is_held()
    }

    /// Whether there is nothing to handle and nothing to answer.
    #[inline]
    pub(super) fn is_idle(&self) -> bool {
        self.is_empty() && !self.owes()
    }

    /// Keeps what was read and not looked at for a later turn.
    pub(super) fn hold_back(&mut self) {
        if self.input.is_fresh() {
            self.input.hold();
        }
    }

    /// Goes on with what was held back, unless too much waits already.
    pub(super) fn take_up(&mut self) {
        if self.input.is_held() && !self.weighs_enough() {
            self.input.resume();
        }
    }

    /// Whether something was read that has not been decoded as far as possible.
    pub(super) fn is_fresh(&self) -> bool {
        self.input.is_fresh()
    }

    /// Whether the peer's close frame waits to be answered.
    pub(super) fn owes(&self) -> bool {
        self.hearing.owed.is_some()
    }

    /// Takes what the peer's close frame is to be answered with.
    pub(super) fn take_owed(&mut self) -> Option<Echo> {
        self.hearing.owed.take()
    }

    /// What the connection is to be failed with, once what arrived before is handled. Nothing comes behind it.
    pub(super) fn fault(&self) -> Option<&Close> {
        self.queue.fault()
    }

    /// Whether the stream has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether the stream is of no use in the other direction either.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// When the message that is under way has to be complete.
    pub(super) fn deadline(&self) -> Option<Instant> {
        Some(self.begun? + self.limits().fragment_timeout?)
    }

    /// From here on only the peer's close frame counts.
    pub(super) fn ignore_messages(&mut self) {
        self.hearing.attention = self.hearing.attention.max(Attention::Close);
    }

    /// Throws away what waits, and the messages that follow. True if there is nothing to listen for any more, because the
    /// peer broke the protocol.
    pub(super) fn discard(&mut self, turn: Turn) -> bool {
        self.ignore_messages();
        let mut broken = self.queue.fault().is_some();
        self.queue.clear();
        self.input.resume();
        while let Some(waiting) = self.take(turn, |_, arrived| Waiting::from(arrived)) {
            broken |= matches!(waiting, Waiting::Fault(_));
        }
        broken
    }

    /// Throws away what waits, and all that follows.
    pub(super) fn mute(&mut self, turn: Turn) {
        self.discard(turn);
        self.hearing.attention = Attention::Nothing;
        self.begun = None;
        // Discarding stops at the end of a turn.
        self.input.clear();
        self.decoder.forget();
    }

    /// Takes the message that is first in its turn, where it lies, if it is of the usual kind; `None` says nothing of what is
    /// first otherwise.
    #[inline]
    pub(super) fn message(&mut self) -> Option<Result<Incoming<'_>, Fault>> {
        let is_usual = const { R::HANDLERS.message && !R::HANDLERS.transform_message };
        if !is_usual || !self.input.is_fresh() || !self.queue.is_empty() || !self.hearing.is_plain() {
            return None;
        }
        if self.input.is_empty() && !self.decoder.is_mid_message() {
            self.input.keep();
            return None;
        }
        let limits = self.limits();
        let plain = self.decoder.plain(self.input.bytes(), limits)?;
        if self.begun.is_some() {
            self.begun = None;
        }
        Some(plain.open(self.input.take(plain.size())))
    }

    /// Fails the connection with the message whose turn it is; nothing that follows counts.
    #[cold]
    pub(super) fn fail(&mut self, fault: Fault) -> Event<R> {
        self.ignore_rest();
        Event::Fault(fault.close())
    }

    /// Behind a fault nothing counts.
    #[cold]
    fn ignore_rest(&mut self) {
        self.hearing.attention = Attention::Nothing;
        self.queue.clear();
        self.input.clear();
        self.decoder.forget();
        self.begun = None;
    }

    /// Lends the inflater to heavy work, which gives it back before anything else is inflated.
    pub(super) fn inflater(&mut self) -> &mut Option<Box<Inflater>> {
        self.hearing.inflater()
    }

    /// Takes what is first in its turn, and decodes it.
    pub(super) fn pop(&mut self, turn: Turn) -> Option<Event<R>> {
        let event = if let Some(waiting) = self.queue.pop() {
            self.hearing.event(waiting.into())
        } else {
            self.input.resume();
            self.take(turn, Hearing::event)?
        };
        if let Event::Fault(_) = event {
            self.ignore_rest();
        }
        Some(event)
    }

    /// Takes what was read apart, so that the task may wait; what is not a control frame waits for its turn.
    pub(super) fn settle(&mut self, turn: Turn) {
        while let Some(waiting) = self.take(turn, |_, arrived| Waiting::from(arrived)) {
            self.queue.push(waiting);
            if self.weighs_enough() || turn.is_over() {
                return self.hold_back();
            }
        }
    }

    /// Takes what is first of what was read, and makes of it what `make` does; `None` if there is none, or the turn is over.
    fn take<T>(&mut self, turn: Turn, make: impl Fn(&mut Hearing<'a, R>, Arrived<'_>) -> T) -> Option<T> {
        while self.input.is_fresh() {
            let limits = self.limits();
            let mut left = self.input.bytes();
            let made = match self.decoder.next(&mut left, BUFFER, limits) {
                Ok(Some(frame)) => {
                    let arrived = self.hearing.frame(frame);
                    let made = arrived.map(|arrived| make(&mut self.hearing, arrived));
                    let left = left.len();
                    self.input.advance(left);
                    if self.begun.is_some() && !self.decoder.is_mid_message() {
                        self.begun = None;
                    }
                    made
                }
                Ok(None) => {
                    let left = left.len();
                    self.input.advance(left);
                    self.input.keep();
                    // A control frame whose end has not arrived is as good as a message here.
                    if self.begun.is_none() && (!self.input.is_empty() || self.decoder.is_mid_message()) {
                        self.begun = Some(Instant::now());
                    }
                    return None;
                }
                Err(fault) => {
                    let arrived = self.hearing.fail(fault.close());
                    arrived.map(|arrived| make(&mut self.hearing, arrived))
                }
            };
            if self.hearing.is_deaf() {
                self.input.clear();
                self.begun = None;
            }
            if made.is_some() {
                return made;
            }
            if turn.is_over() {
                self.hold_back();
            }
        }
        None
    }

    /// Whether HTTP still has the stream, as far as was looked.
    pub(super) fn awaits_stream(&self) -> bool {
        matches!(self.source, Source::Awaited(_)) && !self.ended
    }

    /// Waits for the stream, or for the word that none comes.
    #[cold]
    pub(super) fn poll_arrival(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Source::Awaited(arrival) = &mut self.source
            && !self.ended
        {
            if let Ok((reader, writer, rest)) = ready!(pin!(arrival).poll(cx)) {
                self.hearing.line().start(writer);
                self.source = Source::Here(reader);
                self.input = Input::new(rest);
            } else {
                (self.ended, self.broken) = (true, true);
            }
        }
        Poll::Ready(())
    }

    /// Reads once; what was read is decoded later. What was read before must be decoded.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.ended {
            return Poll::Pending;
        }
        if !self.hearing.is_deaf() && self.decoder.large().is_some() {
            return self.poll_large(cx);
        }
        let Source::Here(reader) = &mut self.source else { return self.poll_arrival(cx) };
        let read = ready!(self.input.poll_fill(reader, cx));
        self.ended = !matches!(read, Ok(1..));
        self.broken = read.is_err();
        if self.hearing.is_deaf() {
            self.input.clear();
        }
        Poll::Ready(())
    }

    /// Reads a frame that is larger than the shared buffer where it will stay.
    fn poll_large(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some((payload, missing)) = self.decoder.large() else { return Poll::Ready(()) };
        if payload.capacity() == payload.len() {
            // It was announced longer than it is prudent to believe at once: believe as much again as has arrived.
            payload.reserve(missing.min(payload.len().max(BUFFER)));
        }
        let mut target = payload.limit(missing);
        let Source::Here(reader) = &mut self.source else { return Poll::Pending };
        let before = target.get_ref().len();
        let read = ready!(pin!(reader.read_buf(&mut target)).poll(cx));
        spend(Work::Call);
        spend(Work::Moved(target.get_ref().len() - before));
        if !matches!(read, Ok(1..)) {
            self.ended = true;
            self.broken = read.is_err();
            return Poll::Ready(());
        }
        let arrived = match self.decoder.finish_large() {
            Ok(None) => None,
            Ok(Some(frame)) => {
                self.begun = None;
                self.hearing.frame(frame)
            }
            Err(fault) => self.hearing.fail(fault.close()),
        };
        if self.hearing.is_deaf() {
            self.begun = None;
        }
        if let Some(arrived) = arrived {
            self.queue.push(arrived.into());
        }
        Poll::Ready(())
    }

    /// Reading is or was held back by us, so a message under way could not be finished: its time begins anew.
    pub(super) fn hold(&mut self, now: Instant) {
        if self.begun.is_some() {
            self.begun = Some(now);
        }
    }

    /// Fails the connection if a message was begun and not finished in time.
    pub(super) fn check(&mut self, now: Instant) {
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            // Nobody may be left to tell, but this deadline is over in any case.
            self.begun = None;
            if let Some(arrived) = self.hearing.fail(Fault::FragmentTimeout.close()) {
                self.queue.push(arrived.into());
            }
        }
    }
}
