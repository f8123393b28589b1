//! The effect of a frame on the connection: an event that waits for its turn, or an immediate action.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::queue::{Arrived, Heavy, InboundEvent};
use crate::{
    codec::{Decode, Invalid},
    connection::{RouteState, light},
    contract::BodyOf,
    message::Incoming,
    panics::catch,
    route::Route,
    session::{Answer, Echo},
    socket::WriteHalf,
    turn::{Work, spend},
    wire::{Close, Deflated, Encoder, Fault, Frame, Inflater, Role},
};

/// From this many queued bytes on, a ping is not answered. The peer does not read, so it does not miss the pong.
const PONGS: usize = 64 * 1024;

/// The frames that still have an effect.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::connection) enum Attention {
    All,
    /// Only the peer's close frame, because we have sent ours. Messages are dropped.
    Close,
    /// No frame. All input is read and discarded.
    Nothing,
}

/// Handles inbound frames.
pub(in crate::connection) struct FrameHandler<'a, R: Route> {
    state: &'a RouteState<R>,
    write_half: &'a WriteHalf,
    rate: Option<Box<Rate>>,
    /// Decompresses messages. `None` if compression was not negotiated, or while heavy work uses the inflater.
    inflater: Option<Box<Inflater>>,
    /// The answer to the peer's close frame, which is sent after the peer's messages are handled.
    pub(in crate::connection) owed: Option<Echo>,
    pub(in crate::connection) attention: Attention,
}

/// The number of frames in the current second.
struct Rate {
    since: Instant,
    seen: u32,
}

impl<'a, R: Route> FrameHandler<'a, R> {
    pub(in crate::connection) fn new(state: &'a RouteState<R>, write_half: &'a WriteHalf) -> Self {
        let rate =
            state.shared.settings.rate_limit.map(|_| Box::new(Rate { since: Instant::now(), seen: 0 }));
        let window = write_half.agreed().map(|agreed| agreed.inbound_window(Role::Server));
        let inflater = window.map(|window| Box::new(Inflater::new(window)));
        Self { state, write_half, rate, inflater, owed: None, attention: Attention::All }
    }

    pub(in crate::connection) fn state(&self) -> &'a RouteState<R> {
        self.state
    }

    pub(in crate::connection) fn write_half(&self) -> &'a WriteHalf {
        self.write_half
    }

    /// Returns true if all further input is ignored.
    pub(in crate::connection) fn ignores_input(&self) -> bool {
        self.attention == Attention::Nothing
    }

    /// Returns true if the connection is open and has no rate limit.
    #[inline]
    pub(in crate::connection) fn is_plain(&self) -> bool {
        self.rate.is_none() && self.attention == Attention::All
    }

    /// Ignores all further input, and returns the fault that fails the connection in its turn. `None` if input was
    /// already ignored.
    pub(in crate::connection) fn fail(&mut self, close: Close) -> Option<Arrived<'static>> {
        let attention = std::mem::replace(&mut self.attention, Attention::Nothing);
        (attention != Attention::Nothing).then_some(Arrived::Fault(close))
    }

    /// Handles a frame. Its immediate effects precede messages that still wait. `None` means that no event waits for
    /// its turn.
    pub(in crate::connection) fn frame<'f>(&mut self, frame: Frame<'f>) -> Option<Arrived<'f>> {
        if self.rate.is_some() && self.is_too_fast() {
            return self.fail(Close::new(1008, "too many messages"));
        }
        match frame {
            Frame::Message(incoming) if self.attention == Attention::All => Some(Arrived::Message(incoming)),
            Frame::Deflated(deflated) if self.attention == Attention::All => {
                Some(Arrived::Deflated(deflated))
            }
            frame => self.control(frame),
        }
    }

    /// Converts a waiting event in its turn, which decodes messages.
    pub(in crate::connection) fn event(&mut self, arrived: Arrived<'_>) -> InboundEvent<R> {
        spend(Work::Message);
        match arrived {
            Arrived::Message(incoming) => self.message(incoming),
            Arrived::Deflated(deflated) => match self.inflate(deflated) {
                Ok(event) => event,
                Err(fault) => InboundEvent::Fault(fault.close()),
            },
            Arrived::Ping(payload) => InboundEvent::Ping(payload),
            Arrived::Pong(payload) => InboundEvent::Pong(payload),
            Arrived::Fault(close) => InboundEvent::Fault(close),
        }
    }

    fn message(&self, incoming: Incoming<'_>) -> InboundEvent<R> {
        if R::HANDLERS.transform_message {
            InboundEvent::Raw(incoming.into_message())
        } else {
            decode(incoming, self.state)
        }
    }

    #[cold]
    fn inflate(&mut self, deflated: Deflated<'_>) -> Result<InboundEvent<R>, Fault> {
        let Some(inflater) = &mut self.inflater else { return Err(Fault::Compression) };
        Ok(match light::inflate(inflater, &deflated, self.state.shared.settings.limits.max_message)? {
            Some(message) => self.message(message.into()),
            None => InboundEvent::Heavy(Heavy::Inflate(deflated.into_owned())),
        })
    }

    /// Lends the inflater to heavy work, which returns it before the next message is inflated.
    pub(in crate::connection) fn inflater(&mut self) -> &mut Option<Box<Inflater>> {
        &mut self.inflater
    }

    #[cold]
    fn control(&mut self, frame: Frame<'_>) -> Option<Arrived<'static>> {
        match (frame, self.attention) {
            (Frame::Ping(payload), Attention::All) => {
                if self.write_half.buffered() < PONGS {
                    let _ = self.write_half.control(|out| Encoder::pong(payload, out));
                }
                R::HANDLERS.ping.then(|| Arrived::Ping(Bytes::copy_from_slice(payload)))
            }
            (Frame::Pong(payload), Attention::All) => {
                R::HANDLERS.pong.then(|| Arrived::Pong(Bytes::copy_from_slice(payload)))
            }
            (Frame::Close(code, reason), Attention::All | Attention::Close) => {
                // RFC 6455 §5.5.1: a peer sends no frames after its close frame.
                self.attention = Attention::Nothing;
                if let Answer::Owed(echo) = self.write_half.receive_close(code, reason.into()) {
                    self.owed = Some(echo);
                }
                None
            }
            _ => None,
        }
    }

    /// Counts a frame. Returns true if it exceeds the rate limit.
    fn is_too_fast(&mut self) -> bool {
        let (Some(rate), Some(limit)) = (&mut self.rate, self.state.shared.settings.rate_limit) else {
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

/// Decodes a message, and catches panics in its `Deserialize`. If the message is heavy, returns it undecoded.
pub(in crate::connection) fn decode<R: Route>(
    incoming: Incoming<'_>,
    state: &RouteState<R>,
) -> InboundEvent<R> {
    let length = incoming.as_bytes().len();
    if R::HANDLERS.message && !state.light.takes(incoming.kind(), length) {
        return InboundEvent::Heavy(Heavy::Decode(incoming.into_message()));
    }
    spend(state.light.work(incoming.kind(), length));
    decode_any(incoming, state)
}

/// Decodes a message of any length, and catches panics in its `Deserialize`.
pub(in crate::connection) fn decode_any<R: Route>(
    incoming: Incoming<'_>,
    state: &RouteState<R>,
) -> InboundEvent<R> {
    if !R::HANDLERS.message {
        return InboundEvent::Invalid(Invalid::unexpected());
    }
    match catch(|| <BodyOf<R>>::decode(incoming, &state.body)) {
        Ok(Ok(body)) => InboundEvent::Message(body),
        Ok(Err(invalid)) => InboundEvent::Invalid(invalid),
        Err(panic) => InboundEvent::Panicked(panic),
    }
}
