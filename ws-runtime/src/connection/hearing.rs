//! What a frame means to the connection: an event for a handler, or something that is acted on at once.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::{Entry, event::Event};
use crate::{
    codec::{Decode, Invalid},
    contract::Body,
    panics::catch,
    route::Route,
    session::Answer,
    socket::Line,
    wire::{Close, Encoder, Frame, Incoming},
};

/// Beyond this many queued bytes a ping is not answered: the peer does not read, so it does not miss the pong.
const PONGS: usize = 64 * 1024;

/// What is still listened for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Attention {
    All,
    /// We closed: messages are dropped, and only the peer's close frame counts.
    Close,
    /// What follows is read and thrown away.
    Nothing,
}

/// Listens to the peer's frames.
pub(super) struct Hearing<'a, R: Route> {
    entry: &'a Entry<R>,
    line: &'a Line,
    rate: Option<Box<Rate>>,
    /// What the peer's close frame is answered with, once its messages are handled.
    pub(super) owed: Option<Box<Option<Close>>>,
    pub(super) attention: Attention,
}

/// How many frames this second has seen.
struct Rate {
    since: Instant,
    seen: u32,
}

impl<'a, R: Route> Hearing<'a, R> {
    pub(super) fn new(entry: &'a Entry<R>, line: &'a Line) -> Self {
        let rate = entry.hub.settings.rate_limit.map(|_| Box::new(Rate { since: Instant::now(), seen: 0 }));
        Self { entry, line, rate, owed: None, attention: Attention::All }
    }

    pub(super) fn entry(&self) -> &'a Entry<R> {
        self.entry
    }

    pub(super) fn line(&self) -> &'a Line {
        self.line
    }

    /// Nothing counts any more.
    pub(super) fn is_deaf(&self) -> bool {
        self.attention == Attention::Nothing
    }

    /// Whether every message counts, and none has to be counted.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        self.rate.is_none() && self.attention == Attention::All
    }

    /// Fails the connection in its turn; nothing that follows counts. `None` if nothing counted before.
    pub(super) fn fail(&mut self, close: Close) -> Option<Event<R>> {
        let attention = std::mem::replace(&mut self.attention, Attention::Nothing);
        (attention != Attention::Nothing).then_some(Event::Fault(close))
    }

    /// Takes a frame in.
    pub(super) fn frame(&mut self, frame: Frame<'_>) -> Option<Event<R>> {
        if self.rate.is_some() && self.is_too_fast() {
            return self.fail(Close::new(1008, "too many messages"));
        }
        match frame {
            Frame::Message(incoming) if self.attention == Attention::All => Some(self.message(incoming)),
            frame => self.control(frame),
        }
    }

    fn message(&self, incoming: Incoming<'_>) -> Event<R> {
        if R::HANDLERS.transform_message {
            Event::Raw(incoming.into_message())
        } else {
            decode(incoming, self.entry)
        }
    }

    #[cold]
    fn control(&mut self, frame: Frame<'_>) -> Option<Event<R>> {
        match (frame, self.attention) {
            (Frame::Ping(payload), Attention::All) => {
                if self.line.buffered() < PONGS {
                    self.line.control(|out| Encoder::pong(payload, out));
                }
                R::HANDLERS.ping.then(|| Event::Ping(Bytes::copy_from_slice(payload)))
            }
            (Frame::Pong(payload), Attention::All) => {
                R::HANDLERS.pong.then(|| Event::Pong(Bytes::copy_from_slice(payload)))
            }
            (Frame::Close(code, reason), Attention::All | Attention::Close) => {
                // RFC 6455 §5.5.1: nothing follows a close frame.
                self.attention = Attention::Nothing;
                if let Answer::Owed(answer) = self.line.receive_close(code, reason.into()) {
                    self.owed = Some(Box::new(answer));
                }
                None
            }
            _ => None,
        }
    }

    /// Counts a frame, and whether it is one too many.
    fn is_too_fast(&mut self) -> bool {
        let (Some(rate), Some(limit)) = (&mut self.rate, self.entry.hub.settings.rate_limit) else {
            return false;
        };
        rate.count(Instant::now()) > limit
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

/// Decodes a message, whatever its types' code does.
pub(super) fn decode<R: Route>(incoming: Incoming<'_>, entry: &Entry<R>) -> Event<R> {
    let length = incoming.as_bytes().len();
    if !R::HANDLERS.message {
        return Event::Invalid(Invalid::unexpected(), length);
    }
    match catch(|| <Body<R>>::decode(incoming, &entry.body)) {
        Ok(Ok(body)) => Event::Message(body, length),
        Ok(Err(invalid)) => Event::Invalid(invalid, length),
        Err(panic) => Event::Panicked(panic, length),
    }
}
