//! Decodes bytes into frames and messages, without IO (RFC 6455 §5).
//!
//! The caller owns the read buffer and lends it to the decoder. A complete message is borrowed from that buffer and
//! unmasked in place. Only frames larger than the buffer and fragmented messages are copied into separate buffers. A
//! compressed message stays compressed until it is handled, so that it needs no more memory than on the wire. The
//! decoder has no clock and no socket, and does not parse messages.

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

/// The initial capacity of the buffer for a frame that exceeds the read buffer, in bytes. The announced length is not
/// reserved at once, because the peer may never send that much.
const RESERVE: usize = 1 << 20;

/// Input from the peer: a message or a control frame.
#[derive(Debug)]
pub(crate) enum Frame<'a> {
    Message(Incoming<'a>),
    /// A compressed message, which an [`Inflater`](super::Inflater) decompresses.
    Deflated(Deflated<'a>),
    Ping(&'a [u8]),
    Pong(&'a [u8]),
    /// A close frame: its code, if any, and its reason.
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

    /// Returns the memory held by the payload, in bytes.
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
    /// The unfinished fragmented message, if any.
    message: Option<Box<FragmentedMessage>>,
    /// The unfinished frame that exceeds the read buffer, if any.
    large: Option<Box<Large>>,
}

#[derive(Debug)]
struct FragmentedMessage {
    kind: Kind,
    /// The unmasked payload so far, compressed if `compressed` is true.
    payload: Vec<u8>,
    compressed: bool,
    fragments: usize,
    /// The length of the prefix that is known to be UTF-8. Invalid text thus fails with its first invalid fragment (RFC
    /// 6455 §8.1).
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

    /// Returns true while a message is incomplete.
    pub(crate) fn is_mid_message(&self) -> bool {
        self.message.is_some() || self.large.is_some()
    }

    /// Fast path: returns the first frame of `input` if it is a complete, unfragmented, uncompressed message within the
    /// limits. `None` means that the caller must use [`next`](Self::next), which handles every frame.
    #[inline]
    pub(crate) fn plain(&self, input: &[u8], limits: &Limits) -> Option<PlainFrame> {
        let plain = PlainFrame::read(input)?;
        let breaks_no_rule = self.role == Role::Server
            && self.message.is_none()
            && limits.max_message.is_none_or(|most| plain.length() <= most);
        breaks_no_rule.then_some(plain)
    }

    /// Takes the next message or control frame from the front of `input`. `None` means that the rest is incomplete. The
    /// caller then keeps the rest and passes it again when more bytes have arrived. `capacity` is the size of the read
    /// buffer, at least 131 bytes: the size of the largest control frame. A frame larger than that is collected in the
    /// decoder (see [`large`](Self::large)). The limits are passed in because they belong to the route, and each
    /// connection has its own decoder.
    #[inline]
    #[expect(clippy::mut_mut, reason = "the call advances the caller's slice")]
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

    /// Returns the state that the rules for a header depend on.
    fn context(&self) -> Context {
        let begun = self.message.as_ref().map(|message| Begun {
            length: message.payload.len(),
            fragments: message.fragments,
            compressed: message.compressed,
        });
        Context { role: self.role, inflates: self.inflates, begun }
    }

    /// Copies the start of a frame that exceeds the read buffer.
    #[cold]
    fn begin_large(&mut self, header: Header, start: &[u8], length: usize) {
        let mut payload = BytesMut::with_capacity(length.min(RESERVE.max(start.len())));
        payload.extend_from_slice(start);
        self.large = Some(Box::new(Large { header, payload, length }));
    }

    /// Returns the buffer of the unfinished large frame, and the number of missing bytes. The caller reads into that
    /// buffer.
    pub(crate) fn large(&mut self) -> Option<(&mut BytesMut, usize)> {
        self.large.as_mut().map(|large| {
            let missing = large.length - large.payload.len();
            (&mut large.payload, missing)
        })
    }

    /// Returns the message that the large frame completes, once all bytes of the frame have arrived.
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

    /// Handles a complete, unmasked frame.
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

    /// Appends a fragment to the unfinished message, and returns that message if the fragment is its last.
    fn fragment<'a>(&mut self, payload: &[u8], last: bool) -> Result<Option<Frame<'a>>, Fault> {
        let Some(message) = &mut self.message else {
            return Err(Fault::Protocol("a continuation frame without a message"));
        };
        message.payload.extend_from_slice(payload);
        message.fragments += 1;
        message.check_text()?;
        if !last {
            return Ok(None);
        }
        let message = self.message.take().expect("the message was just extended");
        let FragmentedMessage { kind, payload, compressed, .. } = *message;
        if compressed { Ok(Some(deflated(kind, payload))) } else { whole(kind, payload).map(Some) }
    }

    /// Drops the unfinished message. Called when input is no longer needed.
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
    /// Fails as soon as the text cannot become valid UTF-8. A character at the end of a fragment may be incomplete.
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

/// Returns a complete message in a buffer without spare capacity.
fn whole<'a>(kind: Kind, mut payload: Vec<u8>) -> Result<Frame<'a>, Fault> {
    payload.shrink_to_fit();
    Ok(Frame::Message(message(kind, payload.into())?.into()))
}

fn deflated<'a>(kind: Kind, payload: impl Into<Cow<'a, [u8]>>) -> Frame<'a> {
    Frame::Deflated(Deflated { kind, payload: payload.into() })
}

/// Builds a message from its complete payload. Text must be UTF-8.
pub(super) fn message(kind: Kind, payload: Bytes) -> Result<Message, Fault> {
    Ok(match kind {
        Kind::Text => Message::Text(Text::from_utf8(payload).map_err(|_| Fault::Utf8)?),
        Kind::Binary => Message::Binary(payload),
    })
}

/// Parses the payload of a close frame: empty, or a code and a UTF-8 reason (RFC 6455 §5.5.1).
fn close(payload: &[u8]) -> Result<Frame<'_>, Fault> {
    match payload {
        [] => Ok(Frame::Close(None, "")),
        [_] => Err(Fault::Protocol("a close frame with a payload of one byte")),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !may_be_received(code) {
                return Err(Fault::Protocol("an invalid close code"));
            }
            let reason = std::str::from_utf8(reason).map_err(|_| Fault::Utf8)?;
            Ok(Frame::Close(Some(code), reason))
        }
    }
}
