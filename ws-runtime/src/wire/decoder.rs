//! Decodes bytes into frames and messages, without IO (RFC 6455 §5).
//!
//! The caller owns the read buffer and lends it to the decoder. A message that is complete in that buffer is borrowed
//! from it, unmasked in place. Only a frame larger than the buffer, and a fragmented message, are collected in memory
//! of their own. A compressed message stays compressed until its turn comes, so it needs no more memory than on the
//! wire. The decoder has no clock, no socket and no knowledge of what messages mean.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};

use super::{
    Fault, Limits, Role,
    close::may_be_received,
    header::{Begun, Context, Header, Opcode, unmask},
    plain::PlainFrame,
    utf8,
};
use crate::message::{Incoming, IncomingPayload, Kind, Message, Text};
use crate::turn::{Work, spend};

/// A frame whose payload does not fit the read buffer is collected in a buffer of its own. This many bytes of the
/// announced length are reserved before any of them has arrived.
const RESERVE: usize = 1 << 20;

/// Input from the peer: a message or a control frame.
#[derive(Debug)]
pub(crate) enum Frame<'a> {
    Message(Incoming<'a>),
    /// A compressed message, to be decompressed by an [`Inflater`](super::Inflater).
    Deflated(Deflated<'a>),
    Ping(&'a [u8]),
    Pong(&'a [u8]),
    /// A close frame: its code, if it has one, and its reason.
    Close(Option<u16>, &'a str),
}

/// A complete message, still compressed.
#[derive(Debug)]
pub(crate) struct Deflated<'a> {
    pub(crate) kind: Kind,
    pub(crate) payload: Cow<'a, [u8]>,
}

impl Deflated<'_> {
    /// Takes ownership of the message. The payload is copied only if it is borrowed from the read buffer.
    pub(crate) fn into_owned(self) -> Deflated<'static> {
        Deflated { kind: self.kind, payload: Cow::Owned(self.payload.into_owned()) }
    }

    /// Returns the memory that it holds, in bytes.
    pub(crate) fn held(&self) -> usize {
        match &self.payload {
            Cow::Borrowed(payload) => payload.len(),
            Cow::Owned(payload) => payload.capacity(),
        }
    }
}

/// The inbound half of a connection.
#[derive(Debug)]
pub(crate) struct Decoder {
    role: Role,
    /// True if compression was negotiated.
    inflates: bool,
    /// An unfinished fragmented message.
    message: Option<Box<FragmentedMessage>>,
    /// An unfinished frame that is too large for the read buffer.
    large: Option<Box<Large>>,
}

#[derive(Debug)]
struct FragmentedMessage {
    kind: Kind,
    /// The payload as sent.
    payload: Vec<u8>,
    compressed: bool,
    fragments: usize,
    /// The payload is valid UTF-8 up to this offset, so that invalid text fails at once (RFC 6455 §8.1).
    checked: usize,
}

#[derive(Debug)]
struct Large {
    header: Header,
    payload: BytesMut,
    length: usize,
}

impl Decoder {
    /// Creates a decoder; `inflates` is true if compression was negotiated.
    pub(crate) fn new(role: Role, inflates: bool) -> Self {
        Self { role, inflates, message: None, large: None }
    }

    /// Returns true while a fragmented message is unfinished.
    pub(crate) fn is_mid_message(&self) -> bool {
        self.message.is_some() || self.large.is_some()
    }

    /// Fast path: returns the frame at the front of `input` if it is a complete, unfragmented, uncompressed message.
    /// `None` means "use [`next`](Self::next)", which handles every frame.
    #[inline]
    pub(crate) fn plain(&self, input: &[u8], limits: &Limits) -> Option<PlainFrame> {
        let plain = PlainFrame::read(input)?;
        let breaks_no_rule = self.role == Role::Server
            && self.message.is_none()
            && limits.max_message.is_none_or(|most| plain.length() <= most);
        breaks_no_rule.then_some(plain)
    }

    /// Takes the next frame or message from the front of `input`. `None` means that the rest is incomplete: the caller
    /// keeps it and passes it again with more bytes behind it. `capacity` is the size of the read buffer: a larger
    /// frame is collected here (see [`large`](Self::large)). It is at least 131 bytes, the size of the largest control
    /// frame. The limits belong to the route and are passed in, because there is one decoder for each connection.
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

    /// Returns the state against which a header is checked.
    fn context(&self) -> Context {
        let begun = self.message.as_ref().map(|message| Begun {
            length: message.payload.len(),
            fragments: message.fragments,
            compressed: message.compressed,
        });
        Context { role: self.role, inflates: self.inflates, begun }
    }

    /// Takes over the start of a frame that is too large for the read buffer.
    #[cold]
    fn begin_large(&mut self, header: Header, start: &[u8], length: usize) {
        let mut payload = BytesMut::with_capacity(length.min(RESERVE.max(start.len())));
        payload.extend_from_slice(start);
        self.large = Some(Box::new(Large { header, payload, length }));
    }

    /// Returns the buffer into which the rest of a large frame is read, and the number of missing bytes.
    pub(crate) fn large(&mut self) -> Option<(&mut BytesMut, usize)> {
        self.large.as_mut().map(|large| {
            let missing = large.length - large.payload.len();
            (&mut large.payload, missing)
        })
    }

    /// Returns the message that a large frame completes, once no byte is missing.
    pub(crate) fn finish_large(&mut self) -> Result<Option<Frame<'static>>, Fault> {
        let Some(large) = self.large.take_if(|large| large.payload.len() == large.length) else {
            return Ok(None);
        };
        let Large { header, mut payload, .. } = *large;
        unmask(&mut payload, header.mask);
        match (header.opcode, header.last) {
            (Opcode::Data(kind), true) if header.compressed => Ok(Some(deflated(kind, Vec::from(payload)))),
            (Opcode::Data(kind), true) => whole(kind, payload.into()).map(Some),
            (Opcode::Data(kind), false) => self.begin_message(kind, payload.into(), header.compressed),
            _ => self.fragment(&payload, header.last),
        }
    }

    /// Handles one complete, unmasked frame that is not a complete message by itself.
    #[cold]
    fn frame<'a>(&mut self, header: Header, payload: &'a [u8]) -> Result<Option<Frame<'a>>, Fault> {
        match header.opcode {
            Opcode::Data(kind) if header.last && header.compressed => Ok(Some(deflated(kind, payload))),
            Opcode::Data(Kind::Text) if header.last => {
                let text = utf8(payload).ok_or(Fault::Utf8)?;
                Ok(Some(Frame::Message(IncomingPayload::Text(text).into())))
            }
            Opcode::Data(Kind::Binary) if header.last => {
                Ok(Some(Frame::Message(IncomingPayload::Binary(payload).into())))
            }
            Opcode::Data(kind) => self.begin_message(kind, payload.to_vec(), header.compressed),
            Opcode::Continuation => self.fragment(payload, header.last),
            Opcode::Ping => Ok(Some(Frame::Ping(payload))),
            Opcode::Pong => Ok(Some(Frame::Pong(payload))),
            Opcode::Close => close(payload).map(Some),
        }
    }

    /// Begins a fragmented message.
    fn begin_message(
        &mut self,
        kind: Kind,
        payload: Vec<u8>,
        compressed: bool,
    ) -> Result<Option<Frame<'static>>, Fault> {
        let mut message = FragmentedMessage { kind, payload, compressed, fragments: 1, checked: 0 };
        message.check_text()?;
        self.message = Some(Box::new(message));
        Ok(None)
    }

    /// Appends a fragment to the unfinished message. The last fragment completes it.
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
        let FragmentedMessage { kind, payload, compressed, .. } = *message;
        if compressed { Ok(Some(deflated(kind, payload))) } else { whole(kind, payload).map(Some) }
    }

    /// Drops the unfinished message. Called when further input is ignored.
    pub(crate) fn forget(&mut self) {
        (self.message, self.large) = (None, None);
    }

    /// Returns the memory held for an unfinished message, in bytes.
    #[inline]
    pub(crate) fn held(&self) -> usize {
        self.message.as_ref().map_or(0, |message| message.payload.capacity())
            + self.large.as_ref().map_or(0, |large| large.payload.capacity())
    }
}

impl FragmentedMessage {
    /// Fails on bytes that can no longer become valid UTF-8. A character cut by the end of a fragment may still be
    /// completed.
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

/// Returns a complete message in memory of its own, without spare capacity.
fn whole<'a>(kind: Kind, mut payload: Vec<u8>) -> Result<Frame<'a>, Fault> {
    payload.shrink_to_fit();
    Ok(Frame::Message(message(kind, payload.into())?.into()))
}

fn deflated<'a>(kind: Kind, payload: impl Into<Cow<'a, [u8]>>) -> Frame<'a> {
    Frame::Deflated(Deflated { kind, payload: payload.into() })
}

/// Builds a message from a complete payload, checking UTF-8 for text.
pub(super) fn message(kind: Kind, payload: Bytes) -> Result<Message, Fault> {
    Ok(match kind {
        Kind::Text => Message::Text(Text::from_utf8(payload).map_err(|_| Fault::Utf8)?),
        Kind::Binary => Message::Binary(payload),
    })
}

/// RFC 6455 §5.5.1: the payload of a close frame is empty, or a code and a UTF-8 reason.
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
