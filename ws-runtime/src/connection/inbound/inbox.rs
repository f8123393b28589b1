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
    frames::{Attention, FrameHandler},
    queue::{Arrived, InboundEvent, Queue, Waiting},
    read_buffer::{BUFFER, ReadBuffer},
};
use crate::{
    connection::{RouteState, handover::Arrival},
    route::Route,
    session::Echo,
    socket::{Reader, WriteHalf},
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
pub(in crate::connection) struct Inbox<'a, R: Route> {
    source: Source,
    read_buffer: ReadBuffer,
    decoder: Decoder,
    frames: FrameHandler<'a, R>,
    /// What waits for its turn.
    queue: Queue,
    /// Since when a message is under way.
    begun: Option<Instant>,
    ended: bool,
    /// It did not end well.
    broken: bool,
}

impl<'a, R: Route> Inbox<'a, R> {
    pub(in crate::connection) fn new(
        state: &'a RouteState<R>,
        write_half: &'a WriteHalf,
        arrival: Arrival,
    ) -> Self {
        Self {
            source: Source::Awaited(arrival),
            read_buffer: ReadBuffer::new(Vec::new()),
            decoder: Decoder::new(Role::Server, write_half.agreed().is_some()),
            frames: FrameHandler::new(state, write_half),
            queue: Queue::default(),
            begun: None,
            ended: false,
            broken: false,
        }
    }

    fn limits(&self) -> &'a Limits {
        &self.frames.state().shared.settings.limits
    }

    /// Whether as much is held as one message may be long.
    pub(in crate::connection) fn is_full(&self) -> bool {
        // One read may bring a whole buffer, so less could not be kept to.
        self.read_buffer.is_held() || self.weighs_enough()
    }

    /// How much memory is held of what the peer sent, in bytes.
    #[inline]
    pub(in crate::connection) fn memory(&self) -> usize {
        self.read_buffer.memory() + self.queue.memory() + self.decoder.held()
    }

    fn weighs_enough(&self) -> bool {
        self.queue.weight() >= self.limits().max_message.unwrap_or(UNLIMITED).max(BUFFER)
    }

    /// Whether nothing waits for its turn.
    pub(in crate::connection) fn is_empty(&self) -> bool {
        self.queue.is_empty() && !self.is_fresh() && !self.read_buffer.is_held()
    }

    /// Whether there is nothing to handle and nothing to answer.
    #[inline]
    pub(in crate::connection) fn is_idle(&self) -> bool {
        self.is_empty() && !self.owes()
    }

    /// Keeps what was read and not looked at for a later turn.
    pub(in crate::connection) fn hold_back(&mut self) {
        if self.read_buffer.is_fresh() {
            self.read_buffer.hold();
        }
    }

    /// Goes on with what was held back, unless too much waits already.
    pub(in crate::connection) fn take_up(&mut self) {
        if self.read_buffer.is_held() && !self.weighs_enough() {
            self.read_buffer.resume();
        }
    }

    /// Whether something was read that has not been decoded as far as possible.
    pub(in crate::connection) fn is_fresh(&self) -> bool {
        self.read_buffer.is_fresh()
    }

    /// Whether the peer's close frame waits to be answered.
    pub(in crate::connection) fn owes(&self) -> bool {
        self.frames.owed.is_some()
    }

    /// Takes what the peer's close frame is to be answered with.
    pub(in crate::connection) fn take_owed(&mut self) -> Option<Echo> {
        self.frames.owed.take()
    }

    /// What the connection is to be failed with, once what arrived before is handled. Nothing comes behind it.
    pub(in crate::connection) fn fault(&self) -> Option<&Close> {
        self.queue.fault()
    }

    /// Whether the stream has ended.
    pub(in crate::connection) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether the stream is of no use in the other direction either.
    pub(in crate::connection) fn is_broken(&self) -> bool {
        self.broken
    }

    /// When the message that is under way has to be complete.
    pub(in crate::connection) fn deadline(&self) -> Option<Instant> {
        Some(self.begun? + self.limits().fragment_timeout?)
    }

    /// From here on only the peer's close frame counts.
    pub(in crate::connection) fn ignore_messages(&mut self) {
        self.frames.attention = self.frames.attention.max(Attention::Close);
    }

    /// Throws away what waits, and the messages that follow. True if there is nothing to listen for any more, because the
    /// peer broke the protocol.
    pub(in crate::connection) fn discard(&mut self, turn: Turn) -> bool {
        self.ignore_messages();
        let mut broken = self.queue.fault().is_some();
        self.queue.clear();
        self.read_buffer.resume();
        while let Some(waiting) = self.take(turn, |_, arrived| Waiting::from(arrived)) {
            broken |= matches!(waiting, Waiting::Fault(_));
        }
        broken
    }

    /// Throws away what waits, and all that follows.
    pub(in crate::connection) fn mute(&mut self, turn: Turn) {
        self.discard(turn);
        self.frames.attention = Attention::Nothing;
        self.begun = None;
        // Discarding stops at the end of a turn.
        self.read_buffer.clear();
        self.decoder.forget();
    }

    /// Takes the message that is first in its turn, where it lies, if it is of the usual kind; `None` says nothing of what is
    /// first otherwise.
    #[inline]
    pub(in crate::connection) fn message(&mut self) -> Option<Result<Incoming<'_>, Fault>> {
        let is_usual = const { R::HANDLERS.message && !R::HANDLERS.transform_message };
        if !is_usual || !self.read_buffer.is_fresh() || !self.queue.is_empty() || !self.frames.is_plain() {
            return None;
        }
        if self.read_buffer.is_empty() && !self.decoder.is_mid_message() {
            self.read_buffer.keep();
            return None;
        }
        let limits = self.limits();
        let plain = self.decoder.plain(self.read_buffer.bytes(), limits)?;
        if self.begun.is_some() {
            self.begun = None;
        }
        Some(plain.open(self.read_buffer.take(plain.size())))
    }

    /// Fails the connection with the message whose turn it is; nothing that follows counts.
    #[cold]
    pub(in crate::connection) fn fail(&mut self, fault: Fault) -> InboundEvent<R> {
        self.ignore_rest();
        InboundEvent::Fault(fault.close())
    }

    /// Behind a fault nothing counts.
    #[cold]
    fn ignore_rest(&mut self) {
        self.frames.attention = Attention::Nothing;
        self.queue.clear();
        self.read_buffer.clear();
        self.decoder.forget();
        self.begun = None;
    }

    /// Lends the inflater to heavy work, which gives it back before anything else is inflated.
    pub(in crate::connection) fn inflater(&mut self) -> &mut Option<Box<Inflater>> {
        self.frames.inflater()
    }

    /// Takes what is first in its turn, and decodes it.
    pub(in crate::connection) fn pop(&mut self, turn: Turn) -> Option<InboundEvent<R>> {
        let event = if let Some(waiting) = self.queue.pop() {
            self.frames.event(waiting.into())
        } else {
            self.read_buffer.resume();
            self.take(turn, FrameHandler::event)?
        };
        if let InboundEvent::Fault(_) = event {
            self.ignore_rest();
        }
        Some(event)
    }

    /// Takes what was read apart, so that the task may wait; what is not a control frame waits for its turn.
    pub(in crate::connection) fn settle(&mut self, turn: Turn) {
        while let Some(waiting) = self.take(turn, |_, arrived| Waiting::from(arrived)) {
            self.queue.push(waiting);
            if self.weighs_enough() || turn.is_over() {
                return self.hold_back();
            }
        }
    }

    /// Takes what is first of what was read, and makes of it what `make` does; `None` if there is none, or the turn is over.
    fn take<T>(
        &mut self,
        turn: Turn,
        make: impl Fn(&mut FrameHandler<'a, R>, Arrived<'_>) -> T,
    ) -> Option<T> {
        while self.read_buffer.is_fresh() {
            let limits = self.limits();
            let mut left = self.read_buffer.bytes();
            let made = match self.decoder.next(&mut left, BUFFER, limits) {
                Ok(Some(frame)) => {
                    let arrived = self.frames.frame(frame);
                    let made = arrived.map(|arrived| make(&mut self.frames, arrived));
                    let left = left.len();
                    self.read_buffer.advance(left);
                    if self.begun.is_some() && !self.decoder.is_mid_message() {
                        self.begun = None;
                    }
                    made
                }
                Ok(None) => {
                    let left = left.len();
                    self.read_buffer.advance(left);
                    self.read_buffer.keep();
                    // A control frame whose end has not arrived is as good as a message here.
                    if self.begun.is_none() && (!self.read_buffer.is_empty() || self.decoder.is_mid_message())
                    {
                        self.begun = Some(Instant::now());
                    }
                    return None;
                }
                Err(fault) => {
                    let arrived = self.frames.fail(fault.close());
                    arrived.map(|arrived| make(&mut self.frames, arrived))
                }
            };
            if self.frames.ignores_input() {
                self.read_buffer.clear();
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
    pub(in crate::connection) fn awaits_stream(&self) -> bool {
        matches!(self.source, Source::Awaited(_)) && !self.ended
    }

    /// Waits for the stream, or for the word that none comes.
    #[cold]
    pub(in crate::connection) fn poll_arrival(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Source::Awaited(arrival) = &mut self.source
            && !self.ended
        {
            if let Ok((reader, writer, rest)) = ready!(pin!(arrival).poll(cx)) {
                self.frames.write_half().start(writer);
                self.source = Source::Here(reader);
                self.read_buffer = ReadBuffer::new(rest);
            } else {
                (self.ended, self.broken) = (true, true);
            }
        }
        Poll::Ready(())
    }

    /// Reads once; what was read is decoded later. What was read before must be decoded.
    pub(in crate::connection) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.ended {
            return Poll::Pending;
        }
        if !self.frames.ignores_input() && self.decoder.large().is_some() {
            return self.poll_large(cx);
        }
        let Source::Here(reader) = &mut self.source else { return self.poll_arrival(cx) };
        let read = ready!(self.read_buffer.poll_fill(reader, cx));
        self.ended = !matches!(read, Ok(1..));
        self.broken = read.is_err();
        if self.frames.ignores_input() {
            self.read_buffer.clear();
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
                self.frames.frame(frame)
            }
            Err(fault) => self.frames.fail(fault.close()),
        };
        if self.frames.ignores_input() {
            self.begun = None;
        }
        if let Some(arrived) = arrived {
            self.queue.push(arrived.into());
        }
        Poll::Ready(())
    }

    /// Reading is or was held back by us, so a message under way could not be finished: its time begins anew.
    pub(in crate::connection) fn hold(&mut self, now: Instant) {
        if self.begun.is_some() {
            self.begun = Some(now);
        }
    }

    /// Fails the connection if a message was begun and not finished in time.
    pub(in crate::connection) fn check(&mut self, now: Instant) {
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            // Nobody may be left to tell, but this deadline is over in any case.
            self.begun = None;
            if let Some(arrived) = self.frames.fail(Fault::FragmentTimeout.close()) {
                self.queue.push(arrived.into());
            }
        }
    }
}
