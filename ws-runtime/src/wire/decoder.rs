//! Bytes in, frames and whole messages out, without IO (RFC 6455 §5).
//!
//! The caller owns the buffer that it reads into and lends it here; a message that lies whole in that buffer is handed
//! out where it lies, unmasked in place. Only a frame larger than the caller's buffer, and a message in fragments, are
//! gathered in memory of their own. A compressed message is handed out compressed: until its turn comes, it takes no more
//! memory than it took on the wire. The decoder has no clock, no socket and no opinion about what a message means.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};

use super::{
    Fault, Incoming, Kind, Limits, Message, Role, Text,
    close::may_be_received,
    header::{Begun, Context, Header, Opcode, unmask},
    incoming::Payload,
    plain::Plain,
    utf8,
};
use crate::turn::{Work, spend};

/// A frame whose payload does not fit the caller's buffer is gathered in one of its own; this is how much of an announced
/// length is reserved before any of it has arrived, in bytes.
const RESERVE: usize = 1 << 20;

/// What the peer said: a message, or a control frame.
#[derive(Debug)]
pub(crate) enum Frame<'a> {
    Message(Incoming<'a>),
    /// A message that an [`Inflater`](super::Inflater) makes whole again.
    Deflated(Deflated<'a>),
    Ping(&'a [u8]),
    Pong(&'a [u8]),
    /// The peer's close frame: its code, if it has one, and its reason.
    Close(Option<u16>, &'a str),
}

/// A whole message as it was compressed.
#[derive(Debug)]
pub(crate) struct Deflated<'a> {
    pub(crate) kind: Kind,
    pub(crate) payload: Cow<'a, [u8]>,
}

impl Deflated<'_> {
    /// Takes the message over; the payload is copied only if it still lies in the caller's buffer.
    pub(crate) fn into_owned(self) -> Deflated<'static> {
        Deflated { kind: self.kind, payload: Cow::Owned(self.payload.into_owned()) }
    }

    /// How much memory it holds, in bytes.
    pub(crate) fn held(&self) -> usize {
        match &self.payload {
            Cow::Borrowed(payload) => payload.len(),
            Cow::Owned(payload) => payload.capacity(),
        }
    }
}

/// The inbound half of one connection.
#[derive(Debug)]
pub(crate) struct Decoder {
    role: Role,
    /// Whether compression was agreed on.
    inflates: bool,
    /// A message that arrives in fragments.
    message: Option<Box<Assembly>>,
    /// A frame that is too large for the caller's buffer.
    large: Option<Box<Large>>,
}

#[derive(Debug)]
struct Assembly {
    kind: Kind,
    /// As it was sent.
    payload: Vec<u8>,
    compressed: bool,
    fragments: usize,
    /// Up to here the payload is known to be UTF-8, so that bad text fails at once (RFC 6455 §8.1).
    checked: usize,
}

#[derive(Debug)]
struct Large {
    header: Header,
    payload: BytesMut,
    length: usize,
}

impl Decoder {
    /// `inflates` says whether compression was agreed on.
    pub(crate) fn new(role: Role, inflates: bool) -> Self {
        Self { role, inflates, message: None, large: None }
    }

    /// Whether a message has begun and not ended.
    pub(crate) fn is_mid_message(&self) -> bool {
        self.message.is_some() || self.large.is_some()
    }

    /// The frame at the front of `input`, if it is what nearly every one is; it is then the caller's to take. `None` says
    /// nothing of what it is otherwise: [`next`](Self::next) takes any.
    #[inline]
    pub(crate) fn plain(&self, input: &[u8], limits: &Limits) -> Option<Plain> {
        let plain = Plain::read(input)?;
        let breaks_no_rule = self.role == Role::Server
            && self.message.is_none()
            && limits.max_message.is_none_or(|most| plain.length() <= most);
        breaks_no_rule.then_some(plain)
    }

    /// Takes the next frame or message off the front of `input`; `None` when what is left is not a whole one, which the
    /// caller keeps and gives again with more behind it. `capacity` is the size of the caller's buffer: a frame that
    /// would not fit there is gathered here (see [`large`](Self::large)). It is at least 131 bytes, what a control frame takes. The limits are the route's, and not kept here: there
    /// is one decoder a connection.
    #[inline]
    #[expect(clippy::mut_mut, reason = "the caller's place in its buffer moves on")]
    pub(crate) fn next<'a>(
        &mut self,
        input: &mut &'a mut [u8],
        capacity: usize,
        limits: &Limits,
    ) -> Result<Option<Frame<'a>>, Fault> {
        loop {
            let Some((header, at, length)) = Header::read(input, self.context(), limits)? else {
                return Ok(None);
            };
            spend(Work::Frame);
            if input.len() - at < length {
                if at + length > capacity {
                    self.begin_large(header, &std::mem::take(input)[at..], length);
                }
                return Ok(None);
            }
            let (frame, rest) = std::mem::take(input).split_at_mut(at + length);
            *input = rest;
            let payload = &mut frame[at..];
            unmask(payload, header.mask);
            if let Some(frame) = self.frame(header, payload)? {
                return Ok(Some(frame));
            }
        }
    }

    /// What a header is judged by.
    fn context(&self) -> Context {
        let begun = self.message.as_ref().map(|message| Begun {
            length: message.payload.len(),
            fragments: message.fragments,
            compressed: message.compressed,
        });
        Context { role: self.role, inflates: self.inflates, begun }
    }

    /// Takes the start of a frame over that the caller has no room for.
    #[cold]
    fn begin_large(&mut self, header: Header, start: &[u8], length: usize) {
        let mut payload = BytesMut::with_capacity(length.min(RESERVE.max(start.len())));
        payload.extend_from_slice(start);
        self.large = Some(Box::new(Large { header, payload, length }));
    }

    /// The room that the rest of a large frame is to be read into, and how many bytes of it are missing.
    pub(crate) fn large(&mut self) -> Option<(&mut BytesMut, usize)> {
        self.large.as_mut().map(|large| {
            let missing = large.length - large.payload.len();
            (&mut large.payload, missing)
        })
    }

    /// The message that a large frame completes, once none of its bytes is missing.
    pub(crate) fn finish_large(&mut self) -> Result<Option<Frame<'static>>, Fault> {
        let Some(large) = self.large.take_if(|large| large.payload.len() == large.length) else {
            return Ok(None);
        };
        let Large { header, mut payload, .. } = *large;
        unmask(&mut payload, header.mask);
        match (header.opcode, header.last) {
            (Opcode::Data(kind), true) if header.compressed => Ok(Some(deflated(kind, Vec::from(payload)))),
            (Opcode::Data(kind), true) => whole(kind, payload.into()).map(Some),
            (Opcode::Data(kind), false) => self.begin(kind, payload.into(), header.compressed),
            _ => self.fragment(&payload, header.last),
        }
    }

    /// One whole, unmasked frame that is no message by itself.
    #[cold]
    fn frame<'a>(&mut self, header: Header, payload: &'a [u8]) -> Result<Option<Frame<'a>>, Fault> {
        match header.opcode {
            Opcode::Data(kind) if header.last && header.compressed => Ok(Some(deflated(kind, payload))),
            Opcode::Data(Kind::Text) if header.last => {
                let text = utf8(payload).ok_or(Fault::Utf8)?;
                Ok(Some(Frame::Message(Incoming(Payload::Text(text)))))
            }
            Opcode::Data(Kind::Binary) if header.last => {
                Ok(Some(Frame::Message(Incoming(Payload::Binary(payload)))))
            }
            Opcode::Data(kind) => self.begin(kind, payload.to_vec(), header.compressed),
            Opcode::Continuation => self.fragment(payload, header.last),
            Opcode::Ping => Ok(Some(Frame::Ping(payload))),
            Opcode::Pong => Ok(Some(Frame::Pong(payload))),
            Opcode::Close => close(payload).map(Some),
        }
    }

    /// A message's first fragment.
    fn begin(
        &mut self,
        kind: Kind,
        payload: Vec<u8>,
        compressed: bool,
    ) -> Result<Option<Frame<'static>>, Fault> {
        let mut message = Assembly { kind, payload, compressed, fragments: 1, checked: 0 };
        message.check_text()?;
        self.message = Some(Box::new(message));
        Ok(None)
    }

    /// A further fragment of the message under way; its last one completes the message.
    fn fragment<'a>(&mut self, payload: &[u8], last: bool) -> Result<Option<Frame<'a>>, Fault> {
        let Some(message) = &mut self.message else {
            return Err(Fault::Protocol("a continuation without a message"));
        };
        message.payload.extend_from_slice(payload);
        message.fragments += 1;
        message.check_text()?;
        if !last {
            return Ok(None);
        }
        let message = self.message.take().expect("it is the message just extended");
        let Assembly { kind, payload, compressed, .. } = *message;
        if compressed { Ok(Some(deflated(kind, payload))) } else { whole(kind, payload).map(Some) }
    }

    /// Drops the message under way. To be called where nothing that follows counts.
    pub(crate) fn forget(&mut self) {
        (self.message, self.large) = (None, None);
    }

    /// How much memory is held of a message under way, in bytes.
    #[inline]
    pub(crate) fn held(&self) -> usize {
        self.message.as_ref().map_or(0, |message| message.payload.capacity())
            + self.large.as_ref().map_or(0, |large| large.payload.capacity())
    }
}

impl Assembly {
    /// Fails on bytes that can no longer become UTF-8; a character cut by the end of the fragment may still be completed.
    fn check_text(&mut self) -> Result<(), Fault> {
        if self.kind == Kind::Text && !self.compressed {
            match std::str::from_utf8(&self.payload[self.checked..]) {
                Ok(text) => self.checked += text.len(),
                Err(error) if error.error_len().is_none() => self.checked += error.valid_up_to(),
                Err(_) => return Err(Fault::Utf8),
            }
        }
        Ok(())
    }
}

/// A complete message in memory of its own, and no more of it than it needs.
fn whole<'a>(kind: Kind, mut payload: Vec<u8>) -> Result<Frame<'a>, Fault> {
    payload.shrink_to_fit();
    Ok(Frame::Message(message(kind, payload.into())?.into()))
}

fn deflated<'a>(kind: Kind, payload: impl Into<Cow<'a, [u8]>>) -> Frame<'a> {
    Frame::Deflated(Deflated { kind, payload: payload.into() })
}

/// A message of a whole payload, if that is what its kind asks for.
pub(super) fn message(kind: Kind, payload: Bytes) -> Result<Message, Fault> {
    Ok(match kind {
        Kind::Text => Message::Text(Text::from_utf8(payload).map_err(|_| Fault::Utf8)?),
        Kind::Binary => Message::Binary(payload),
    })
}

/// RFC 6455 §5.5.1: a close frame is empty, or a code and a UTF-8 reason.
fn close(payload: &[u8]) -> Result<Frame<'_>, Fault> {
    match payload {
        [] => Ok(Frame::Close(None, "")),
        [_] => Err(Fault::Protocol("a close frame of one byte")),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !may_be_received(code) {
                return Err(Fault::Protocol("a close code that may not be sent"));
            }
            let reason = std::str::from_utf8(reason).map_err(|_| Fault::Utf8)?;
            Ok(Frame::Close(Some(code), reason))
        }
    }
}
