//! What arrives: bytes to events, read ahead while a handler runs, but never more than one message's worth.

use std::{
    cell::Cell,
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{BufMut, Bytes};
use tokio::{
    io::{AsyncRead, AsyncReadExt, ReadBuf},
    time::Instant,
};

use super::Entry;
use crate::{
    codec::{Decode, Invalid},
    contract::Body,
    route::Route,
    socket::Reader,
    wire::{Close, Decoder, Fault, Frame, Incoming, Limits, Message, Role, Text},
};

/// The buffer that all connections of a thread read into, in bytes. A larger frame is read into memory of its own.
const BUFFER: usize = 64 * 1024;
/// What is held back for a connection without a limit on its messages, in bytes.
const UNLIMITED: usize = 1 << 20;
/// What an invalid message weighs beside its bytes: up to eight reasons, in words of the schema's.
const REASONS: usize = 1024;

thread_local! {
    /// Nothing stays in it between two polls, so one serves every connection of the thread.
    static SHARED: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Something that arrived and is to be handled in its turn.
pub(super) enum Event<R: Route> {
    /// A valid message, and its length on the wire.
    Message(Body<R>, usize),
    /// A message that `transform_message` gets before it is decoded.
    Raw(Message),
    /// A message that does not fit its type or schema.
    Invalid(Invalid, usize),
    /// Decoding panicked: the `Deserialize` of some type did.
    Panicked(Box<str>, usize),
    Ping(Bytes),
    Pong(Bytes),
    /// The connection is to be failed.
    Fault(Close),
}

impl<R: Route> Event<R> {
    /// What it costs to keep it until its turn, in bytes.
    fn weight(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::Message(_, length) | Self::Panicked(_, length) => *length,
                Self::Invalid(_, length) => *length + REASONS,
                Self::Raw(message) => message.len(),
                Self::Ping(payload) | Self::Pong(payload) => payload.len(),
                Self::Fault(_) => 0,
            }
    }
}

/// What is still listened for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hearing {
    All,
    /// We closed: messages are dropped, and only the peer's close frame counts.
    Close,
    /// What follows is read and thrown away.
    Nothing,
}

/// The inbound half of a connection.
pub(super) struct Inbox<'a, R: Route> {
    entry: &'a Entry<R>,
    reader: Reader,
    decoder: Decoder,
    /// The start of a frame whose end has not arrived.
    carry: Vec<u8>,
    /// The carry has not been looked at: it came with the handshake.
    fresh: bool,
    first: Option<Event<R>>,
    rest: VecDeque<Event<R>>,
    /// How many bytes wait in their turn: messages, and what it costs to keep each of them. Empty ones are not free.
    held: usize,
    /// Since when a message is under way.
    begun: Option<Instant>,
    rate: Option<Box<Rate>>,
    hearing: Hearing,
    ended: bool,
}

/// How many frames this second has seen.
struct Rate {
    since: Instant,
    seen: u32,
}

/// What a peer asked of the connection itself, beside the events.
pub(super) enum Heard {
    /// Bytes arrived.
    Bytes,
    /// A ping, to be answered at once.
    Ping(Bytes),
    /// The peer's close frame.
    Close(Option<u16>, Text),
    /// The stream ended or broke.
    End,
}

impl<'a, R: Route> Inbox<'a, R> {
    /// `rest` is what the client sent right behind its handshake.
    pub(super) fn new(entry: &'a Entry<R>, reader: Reader, rest: Vec<u8>, now: Instant) -> Self {
        let rate = entry.hub.settings.rate_limit.map(|_| Box::new(Rate { since: now, seen: 0 }));
        Self {
            entry,
            reader,
            decoder: Decoder::new(Role::Server),
            fresh: !rest.is_empty(),
            carry: rest,
            first: None,
            rest: VecDeque::new(),
            held: 0,
            begun: None,
            rate,
            hearing: Hearing::All,
            ended: false,
        }
    }

    fn limits(&self) -> &'a Limits {
        &self.entry.hub.settings.limits
    }

    /// Whether as much is held as one message may be long.
    pub(super) fn is_full(&self) -> bool {
        // One read may bring a whole buffer, so less could not be kept to.
        self.held >= self.limits().max_message.unwrap_or(UNLIMITED).max(BUFFER)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// What the connection is to be failed with, once what arrived before is handled. Nothing comes behind it.
    pub(super) fn fault(&self) -> Option<&Close> {
        match self.rest.back().or(self.first.as_ref()) {
            Some(Event::Fault(close)) => Some(close),
            _ => None,
        }
    }

    /// Whether the stream has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// When the message that is under way has to be complete.
    pub(super) fn deadline(&self) -> Option<Instant> {
        Some(self.begun? + self.limits().fragment_timeout?)
    }

    /// Throws away what waits, and the messages that follow. True if there is nothing to listen for any more, because the
    /// peer broke the protocol.
    pub(super) fn discard(&mut self) -> bool {
        self.hearing = self.hearing.max(Hearing::Close);
        let mut broken = false;
        while let Some(event) = self.pop() {
            broken |= matches!(event, Event::Fault(_));
        }
        broken
    }

    /// Throws away what waits, and all that follows.
    pub(super) fn mute(&mut self) {
        self.discard();
        self.hearing = Hearing::Nothing;
        self.begun = None;
    }

    /// Takes what is first in its turn.
    pub(super) fn pop(&mut self) -> Option<Event<R>> {
        let event = self.first.take()?;
        self.first = self.rest.pop_front();
        if self.first.is_none() && self.rest.capacity() > 0 {
            // An idle connection keeps no memory.
            self.rest = VecDeque::new();
        }
        self.held -= event.weight();
        Some(event)
    }

    fn push(&mut self, event: Event<R>) {
        self.held += event.weight();
        if self.first.is_none() {
            self.first = Some(event);
        } else {
            self.rest.push_back(event);
        }
    }

    /// Fails the connection once what arrived before is handled; nothing that follows counts.
    pub(super) fn fail(&mut self, close: Close) {
        if self.hearing != Hearing::Nothing {
            self.hearing = Hearing::Nothing;
            self.begun = None;
            self.push(Event::Fault(close));
        }
    }

    /// Reads once, and puts what arrived in its place. `hear` learns what concerns the connection itself.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, hear: &mut impl FnMut(Heard)) -> Poll<()> {
        if self.ended {
            return Poll::Pending;
        }
        if self.fresh {
            self.fresh = false;
            let mut bytes = std::mem::take(&mut self.carry);
            self.decode(&mut bytes, Instant::now(), hear);
            return Poll::Ready(());
        }
        if self.hearing != Hearing::Nothing && self.decoder.large().is_some() {
            return self.poll_large(cx, hear);
        }
        let mut buffer = SHARED.take();
        if buffer.is_empty() {
            buffer = vec![0; BUFFER];
        }
        let kept = self.carry.len();
        buffer[..kept].copy_from_slice(&self.carry);
        let mut target = ReadBuf::new(&mut buffer[kept..]);
        let read = Pin::new(&mut self.reader).poll_read(cx, &mut target);
        let length = target.filled().len();
        let polled = match read {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(())) if length > 0 => {
                hear(Heard::Bytes);
                if self.hearing != Hearing::Nothing {
                    self.carry.clear();
                    self.decode(&mut buffer[..kept + length], Instant::now(), hear);
                }
                Poll::Ready(())
            }
            // A broken stream and an ended one are the same to a handler: the peer is gone.
            Poll::Ready(_) => {
                self.ended = true;
                hear(Heard::End);
                Poll::Ready(())
            }
        };
        SHARED.set(buffer);
        polled
    }

    /// Reads a frame that is larger than the shared buffer where it will stay.
    fn poll_large(&mut self, cx: &mut Context<'_>, hear: &mut impl FnMut(Heard)) -> Poll<()> {
        let Some((payload, missing)) = self.decoder.large() else { return Poll::Ready(()) };
        if payload.capacity() == payload.len() {
            // It was announced longer than it is prudent to believe at once: believe as much again as has arrived.
            payload.reserve(missing.min(payload.len().max(BUFFER)));
        }
        let mut target = payload.limit(missing);
        let read = pin!(self.reader.read_buf(&mut target)).poll(cx);
        if !matches!(ready!(read), Ok(1..)) {
            self.ended = true;
            hear(Heard::End);
            return Poll::Ready(());
        }
        hear(Heard::Bytes);
        match self.decoder.finish_large() {
            Ok(Some(frame)) => {
                self.begun = None;
                self.take(frame, Instant::now(), hear);
            }
            Ok(None) => {}
            Err(fault) => self.fail(fault.close()),
        }
        Poll::Ready(())
    }

    fn decode(&mut self, bytes: &mut [u8], now: Instant, hear: &mut impl FnMut(Heard)) {
        let (mut input, limits) = (bytes, self.limits());
        loop {
            match self.decoder.next(&mut input, BUFFER, limits) {
                Ok(Some(frame)) => {
                    if !self.decoder.is_mid_message() {
                        self.begun = None;
                    }
                    self.take(frame, now, hear);
                    if self.hearing == Hearing::Nothing {
                        return;
                    }
                }
                Ok(None) => break,
                Err(fault) => return self.fail(fault.close()),
            }
        }
        self.carry = if input.is_empty() { Vec::new() } else { input.to_vec() };
        // A control frame whose end has not arrived is as good as a message here.
        if !self.carry.is_empty() || self.decoder.is_mid_message() {
            self.begun.get_or_insert(now);
        }
    }

    /// Puts a frame in its place.
    fn take(&mut self, frame: Frame<'_>, now: Instant, hear: &mut impl FnMut(Heard)) {
        if self.is_too_fast(now) {
            self.fail(Close::new(1008, "too many messages"));
        }
        if self.hearing == Hearing::Nothing {
            return;
        }
        match frame {
            Frame::Message(_) | Frame::Ping(_) | Frame::Pong(_) if self.hearing == Hearing::Close => {}
            Frame::Message(incoming) => self.message(incoming),
            Frame::Ping(payload) => {
                let payload = Bytes::copy_from_slice(payload);
                hear(Heard::Ping(payload.clone()));
                if R::HANDLERS.ping {
                    self.push(Event::Ping(payload));
                }
            }
            Frame::Pong(payload) => {
                if R::HANDLERS.pong {
                    self.push(Event::Pong(Bytes::copy_from_slice(payload)));
                }
            }
            Frame::Close(code, reason) => {
                // RFC 6455 §5.5.1: nothing follows a close frame.
                self.hearing = Hearing::Nothing;
                self.begun = None;
                hear(Heard::Close(code, reason));
            }
        }
    }

    fn message(&mut self, incoming: Incoming<'_>) {
        self.push(if R::HANDLERS.transform_message {
            Event::Raw(incoming.into_message())
        } else {
            decode(incoming, self.entry)
        });
    }

    /// Reading is or was held back by us, so a message under way could not be finished: its time begins anew.
    pub(super) fn hold(&mut self, now: Instant) {
        if self.begun.is_some() {
            self.begun = Some(now);
        }
    }

    /// Counts a frame, and whether it is one too many.
    fn is_too_fast(&mut self, now: Instant) -> bool {
        let (Some(rate), Some(limit)) = (&mut self.rate, self.entry.hub.settings.rate_limit) else {
            return false;
        };
        rate.count(now) > limit
    }

    /// Fails the connection if a message was begun and not finished in time.
    pub(super) fn check(&mut self, now: Instant) {
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            // Nobody may be left to tell, but this deadline is over in any case.
            self.begun = None;
            self.fail(Fault::FragmentTimeout.close());
        }
    }
}

/// Decodes a message, whatever its types' code does.
pub(super) fn decode<R: Route>(incoming: Incoming<'_>, entry: &Entry<R>) -> Event<R> {
    let length = incoming.as_bytes().len();
    if !R::HANDLERS.message {
        return Event::Invalid(Invalid::unexpected(), length);
    }
    match catch_unwind(AssertUnwindSafe(|| <Body<R>>::decode(incoming, &entry.body))) {
        Ok(Ok(body)) => Event::Message(body, length),
        Ok(Err(invalid)) => Event::Invalid(invalid, length),
        Err(panic) => Event::Panicked(super::run::panic_text(&*panic), length),
    }
}

impl Rate {
    fn count(&mut self, now: Instant) -> u32 {
        if now.saturating_duration_since(self.since) >= Duration::from_secs(1) {
            self.since = now;
            self.seen = 0;
        }
        self.seen = self.seen.saturating_add(1);
        self.seen
    }
}
