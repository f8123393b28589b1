//! Turns inbound bytes into events.
//!
//! A frame is decoded in its turn, in the read buffer. When a handler waits, the rest of the input is split into
//! frames, so that control frames take effect and the thread's buffer is free. The messages then wait as they were
//! sent, and take at most the memory of one message of maximum length.

use std::{
    future::Future,
    io,
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
    message::Incoming,
    route::Route,
    session::Echo,
    socket::{Reader, WriteHalf},
    turn::{Turn, Work, spend},
    wire::{Close, CloseCause, Decoder, Fault, Inflater, Limits, Role},
};

/// The maximum length of waiting input for a connection without a message limit, in bytes.
const UNLIMITED: usize = 1 << 20;

/// The stream from which a connection reads.
enum Source {
    /// hyper still owns the stream, until the 101 is sent.
    Awaited(Arrival),
    Here(Reader),
}

/// The inbound half of a connection.
pub(in crate::connection) struct Inbox<'a, R: Route> {
    source: Source,
    read_buffer: ReadBuffer,
    decoder: Decoder,
    frames: FrameHandler<'a, R>,
    /// The events that wait for their turn, except those still in the read buffer.
    queue: Queue,
    /// The time at which the unfinished message began.
    begun: Option<Instant>,
    ended: bool,
    /// True if the stream ended with an error.
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

    /// Returns true if the waiting input is as long as a message may be.
    pub(in crate::connection) fn is_full(&self) -> bool {
        // One read may fill the whole read buffer, so a lower limit could not be enforced.
        self.read_buffer.is_held() || self.weighs_enough()
    }

    /// Returns the memory that the connection holds for input, in bytes.
    #[inline]
    pub(in crate::connection) fn memory(&self) -> usize {
        self.read_buffer.memory() + self.queue.memory() + self.decoder.held()
    }

    fn weighs_enough(&self) -> bool {
        self.queue.weight() >= self.limits().max_message.unwrap_or(UNLIMITED).max(BUFFER)
    }

    /// Returns true if no event waits for its turn.
    pub(in crate::connection) fn is_empty(&self) -> bool {
        self.queue.is_empty() && !self.is_fresh() && !self.read_buffer.is_held()
    }

    /// Returns true if no event waits and no close frame must be answered.
    #[inline]
    pub(in crate::connection) fn is_idle(&self) -> bool {
        self.is_empty() && !self.owes()
    }

    /// Keeps undecoded input for a later turn.
    pub(in crate::connection) fn hold_back(&mut self) {
        if self.read_buffer.is_fresh() {
            self.read_buffer.hold();
        }
    }

    /// Resumes decoding of the kept input, unless enough events wait already.
    pub(in crate::connection) fn take_up(&mut self) {
        if self.read_buffer.is_held() && !self.weighs_enough() {
            self.read_buffer.resume();
        }
    }

    /// Returns true if the read buffer may contain complete frames.
    pub(in crate::connection) fn is_fresh(&self) -> bool {
        self.read_buffer.is_fresh()
    }

    /// Returns true if the peer's close frame is not answered yet.
    pub(in crate::connection) fn owes(&self) -> bool {
        self.frames.owed.is_some()
    }

    /// Takes the answer to the peer's close frame.
    pub(in crate::connection) fn take_owed(&mut self) -> Option<Echo> {
        self.frames.owed.take()
    }

    /// Returns the fault that fails the connection after all earlier events, if any.
    pub(in crate::connection) fn fault(&self) -> Option<&Close> {
        self.queue.fault()
    }

    /// Returns true if the stream has ended.
    pub(in crate::connection) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Returns true if the stream ended with an error. It cannot be written either.
    pub(in crate::connection) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Returns the deadline of the unfinished message, if it has one.
    pub(in crate::connection) fn deadline(&self) -> Option<Instant> {
        Some(self.begun? + self.limits().fragment_timeout?)
    }

    /// Ignores messages from now on. Only the peer's close frame still has an effect.
    pub(in crate::connection) fn ignore_messages(&mut self) {
        self.frames.attention = self.frames.attention.max(Attention::Close);
    }

    /// Drops waiting messages and ignores later ones. Returns true if the peer violated the protocol.
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

    /// Drops all waiting input, and ignores all further input.
    pub(in crate::connection) fn mute(&mut self, turn: Turn) {
        self.discard(turn);
        self.frames.attention = Attention::Nothing;
        self.begun = None;
        // `discard` stops at the end of a turn, so bytes may be left.
        self.read_buffer.clear();
        self.decoder.forget();
    }

    /// Fast path: borrows the next message from the read buffer if it is a complete, uncompressed frame. `None` means
    /// that the caller must use the slow path.
    #[inline]
    pub(in crate::connection) fn message(&mut self) -> Option<Result<Incoming<'_>, Fault>> {
        let is_usual = const { R::HANDLERS.message && !R::HANDLERS.transform_message };
        if !is_usual || !self.read_buffer.is_fresh() || !self.queue.is_empty() || !self.frames.is_plain() {
            return None;
        }
        if self.read_buffer.is_empty() && !self.decoder.is_mid_message() {
            self.read_buffer.set_aside();
            return None;
        }
        let limits = self.limits();
        let plain = self.decoder.plain(self.read_buffer.bytes(), limits)?;
        if self.begun.is_some() {
            self.begun = None;
        }
        Some(plain.open(self.read_buffer.take(plain.size())))
    }

    /// Returns the fault of the current message, and ignores all further input.
    #[cold]
    pub(in crate::connection) fn fail(&mut self, fault: Fault) -> InboundEvent<R> {
        self.ignore_rest();
        InboundEvent::Fault(fault.close())
    }

    /// Drops all waiting input, and ignores all further input, because the connection fails.
    #[cold]
    fn ignore_rest(&mut self) {
        self.frames.attention = Attention::Nothing;
        self.queue.clear();
        self.read_buffer.clear();
        self.decoder.forget();
        self.begun = None;
    }

    /// Lends the inflater to heavy work, which returns it before the next message is inflated.
    pub(in crate::connection) fn inflater(&mut self) -> &mut Option<Box<Inflater>> {
        self.frames.inflater()
    }

    /// Removes the next event and decodes it. `None` if no event waits, or the turn is over.
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

    /// Splits the input into frames, so that the task may wait. Control frames take effect, and all other events wait
    /// for their turn.
    pub(in crate::connection) fn queue_input(&mut self, turn: Turn) {
        while let Some(waiting) = self.take(turn, |_, arrived| Waiting::from(arrived)) {
            self.queue.push(waiting);
            if self.weighs_enough() || turn.is_over() {
                return self.hold_back();
            }
        }
    }

    /// Removes the next event from the read buffer. `None` if there is none, or the turn is over.
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
                    self.read_buffer.set_aside();
                    // An incomplete control frame is also treated as an unfinished message.
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

    /// Returns true if hyper still owned the stream at the last check.
    pub(in crate::connection) fn awaits_stream(&self) -> bool {
        matches!(self.source, Source::Awaited(_)) && !self.ended
    }

    /// Waits until the stream arrives, or until it is known that no stream comes.
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
                self.frames.write_half().note_cause(CloseCause::Io(io::ErrorKind::ConnectionAborted.into()));
                (self.ended, self.broken) = (true, true);
            }
        }
        Poll::Ready(())
    }

    /// Reads once; the input is decoded later. Earlier input must be decoded.
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
        self.note_failure(read);
        if self.frames.ignores_input() {
            self.read_buffer.clear();
        }
        Poll::Ready(())
    }

    /// Records the error of the last read, if any.
    fn note_failure(&mut self, read: io::Result<usize>) {
        let Err(error) = read else { return };
        self.broken = true;
        self.frames.write_half().note_cause(CloseCause::Io(error));
    }

    /// Reads a frame that exceeds the read buffer into a separate buffer.
    fn poll_large(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some((payload, missing)) = self.decoder.large() else { return Poll::Ready(()) };
        if payload.capacity() == payload.len() {
            // The announced length is not reserved at once, because the peer may never send that much. The buffer
            // doubles.
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
            self.note_failure(read);
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

    /// Restarts the fragment timeout, because reading is held back.
    pub(in crate::connection) fn hold(&mut self, now: Instant) {
        if self.begun.is_some() {
            self.begun = Some(now);
        }
    }

    /// Fails the connection if the fragment timeout has passed.
    pub(in crate::connection) fn check(&mut self, now: Instant) {
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            // Cleared also if input is ignored, so that the deadline does not recur.
            self.begun = None;
            if let Some(arrived) = self.frames.fail(Fault::FragmentTimeout.close()) {
                self.queue.push(arrived.into());
            }
        }
    }
}
