//! Bytes in, frames and whole messages out, without IO (RFC 6455 §5).
//!
//! The caller owns the buffer that it reads into and lends it here; a message that lies whole in that buffer is handed
//! out where it lies, unmasked in place. Only a frame larger than the caller's buffer, and a message in fragments, are
//! gathered in memory of their own. The decoder has no clock, no socket and no opinion about what a message means.

use bytes::{Bytes, BytesMut};

use super::{Fault, Kind, Limits, Message, Text, close::may_be_received};

/// A frame whose payload does not fit the caller's buffer is gathered in one of its own; this is how much of an announced
/// length is reserved before any of it has arrived, in bytes.
const RESERVE: usize = 1 << 20;

/// The end of the connection that we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// We accept: what arrives is masked (RFC 6455 §5.1).
    Server,
    /// We connect: what arrives is not masked.
    Client,
}

/// What the peer said: a message, or a control frame.
#[derive(Debug)]
pub(crate) enum Frame<'a> {
    Message(Incoming<'a>),
    Ping(&'a [u8]),
    Pong(&'a [u8]),
    /// The peer's close frame: its code, if it has one, and its reason.
    Close(Option<u16>, &'a str),
}

/// A whole message as it arrived, lent by the connection: what [`Decode`](crate::Decode) reads.
#[derive(Debug)]
pub struct Incoming<'a>(Payload<'a>);

#[derive(Debug)]
enum Payload<'a> {
    Text(&'a str),
    Binary(&'a [u8]),
    /// In memory of its own, and seldom; the box keeps what is frequent small.
    Whole(Box<Message>),
}

impl Incoming<'_> {
    /// Returns the kind of frame that carried it.
    pub fn kind(&self) -> Kind {
        match &self.0 {
            Payload::Text(_) => Kind::Text,
            Payload::Binary(_) => Kind::Binary,
            Payload::Whole(message) => message.kind(),
        }
    }

    /// Returns the text of a text message.
    pub fn as_text(&self) -> Option<&str> {
        match &self.0 {
            Payload::Text(text) => Some(text),
            Payload::Binary(_) => None,
            Payload::Whole(message) => message.as_text(),
        }
    }

    /// Returns the payload.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Payload::Text(text) => text.as_bytes(),
            Payload::Binary(bytes) => bytes,
            Payload::Whole(message) => message.as_bytes(),
        }
    }

    /// Takes the message over; the payload is copied only if it still lies in the connection's read buffer.
    pub fn into_message(self) -> Message {
        match self.0 {
            Payload::Text(text) => Message::text(text),
            Payload::Binary(bytes) => Message::Binary(Bytes::copy_from_slice(bytes)),
            Payload::Whole(message) => *message,
        }
    }
}

impl From<Message> for Incoming<'_> {
    fn from(message: Message) -> Self {
        Self(Payload::Whole(Box::new(message)))
    }
}

/// The inbound half of one connection.
#[derive(Debug)]
pub(crate) struct Decoder {
    role: Role,
    /// A message that arrives in fragments.
    message: Option<Box<Assembly>>,
    /// A frame that is too large for the caller's buffer.
    large: Option<Box<Large>>,
}

#[derive(Debug)]
struct Assembly {
    kind: Kind,
    payload: BytesMut,
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

/// A frame header that has passed the rules which need no payload.
#[derive(Clone, Copy, Debug)]
struct Header {
    opcode: Opcode,
    last: bool,
    mask: [u8; 4],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opcode {
    Data(Kind),
    Continuation,
    Ping,
    Pong,
    Close,
}

impl Opcode {
    fn is_data(self) -> bool {
        matches!(self, Self::Data(_) | Self::Continuation)
    }
}

impl Decoder {
    pub(crate) fn new(role: Role) -> Self {
        Self { role, message: None, large: None }
    }

    /// Whether a message has begun and not ended.
    pub(crate) fn is_mid_message(&self) -> bool {
        self.message.is_some() || self.large.is_some()
    }

    /// Takes the next frame or message off the front of `input`; `None` when what is left is not a whole one, which the
    /// caller keeps and gives again with more behind it. `capacity` is the size of the caller's buffer: a frame that
    /// would not fit there is gathered here (see [`large`](Self::large)). The limits are the route's, and not kept here: there
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
            let header = match self.short_header(input, limits) {
                None => self.header(input, limits)?,
                short => short,
            };
            let Some((header, at, length)) = header else { return Ok(None) };
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
            if header.last {
                // What nearly every frame is.
                match header.opcode {
                    Opcode::Data(Kind::Text) => {
                        let text = std::str::from_utf8(payload).map_err(|_| Fault::Utf8)?;
                        return Ok(Some(Frame::Message(Incoming(Payload::Text(text)))));
                    }
                    Opcode::Data(Kind::Binary) => {
                        return Ok(Some(Frame::Message(Incoming(Payload::Binary(payload)))));
                    }
                    _ => {}
                }
            }
            if let Some(frame) = self.frame(header, payload)? {
                return Ok(Some(frame));
            }
        }
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
            (Opcode::Data(kind), true) => whole(kind, payload.freeze()).map(Some),
            (Opcode::Data(kind), false) => {
                let mut message = Assembly { kind, payload, fragments: 1, checked: 0 };
                message.check_text()?;
                self.message = Some(Box::new(message));
                Ok(None)
            }
            _ => self.fragment(&payload, header.last),
        }
    }

    /// What nearly every header is: that of a short message from a client, in one frame, while none is under way. There is
    /// no rule that it could break, but perhaps a limit; then it is left to [`header`](Self::header), as any other is.
    #[inline]
    fn short_header(&self, input: &[u8], limits: &Limits) -> Option<(Header, usize, usize)> {
        let &[first @ (0x81 | 0x82), second @ 0x80..=0xfd, a, b, c, d, ..] = input else { return None };
        let length = usize::from(second & 0b0111_1111);
        if self.role == Role::Client
            || self.message.is_some()
            || limits.max_message.is_some_and(|most| length > most)
        {
            return None;
        }
        let kind = if first == 0x81 { Kind::Text } else { Kind::Binary };
        Some((Header { opcode: Opcode::Data(kind), last: true, mask: [a, b, c, d] }, 6, length))
    }

    /// Reads a header and applies every rule that it alone can break, so that a frame which will be refused is never
    /// waited for. Returns it with its own length and the payload's.
    fn header(&self, input: &[u8], limits: &Limits) -> Result<Option<(Header, usize, usize)>, Fault> {
        let &[first, second, ..] = input else { return Ok(None) };
        // RFC 6455 §5.2: reserved bits are zero where no extension was agreed on.
        if first & 0b0111_0000 != 0 {
            return Err(Fault::Protocol("a reserved bit is set"));
        }
        let opcode = match first & 0b1111 {
            0 => Opcode::Continuation,
            1 => Opcode::Data(Kind::Text),
            2 => Opcode::Data(Kind::Binary),
            8 => Opcode::Close,
            9 => Opcode::Ping,
            10 => Opcode::Pong,
            // RFC 6455 §5.2: an unknown opcode fails the connection.
            _ => return Err(Fault::Protocol("unknown opcode")),
        };
        let last = first & 0b1000_0000 != 0;
        let masked = second & 0b1000_0000 != 0;
        match (self.role, masked) {
            (Role::Server, true) | (Role::Client, false) => {}
            // RFC 6455 §5.1: a client masks every frame, a server none.
            (Role::Server, false) => return Err(Fault::Protocol("a frame is not masked")),
            (Role::Client, true) => return Err(Fault::Protocol("a frame is masked")),
        }
        let begun = self.place(opcode, last, second & 0b0111_1111, limits)?;
        let Some((length, at)) = length(input)? else { return Ok(None) };
        if opcode.is_data() && limits.max_message.is_some_and(|most| length.saturating_add(begun) > most)
            // What follows is held as one piece, so its end must be a size that memory can have.
            || length > isize::MAX as usize - RESERVE
        {
            return Err(Fault::TooLong);
        }
        if !masked {
            return Ok(Some((Header { opcode, last, mask: [0; 4] }, at, length)));
        }
        let Some(&mask) = input[at..].first_chunk() else { return Ok(None) };
        Ok(Some((Header { opcode, last, mask }, at + mask.len(), length)))
    }

    /// Whether a frame may stand where it does, and how much of its message came before it.
    #[inline]
    fn place(&self, opcode: Opcode, last: bool, length: u8, limits: &Limits) -> Result<usize, Fault> {
        match (opcode, &self.message) {
            (Opcode::Data(_), None) => Ok(0),
            (Opcode::Continuation, Some(message)) => {
                if limits.max_fragments.is_some_and(|most| message.fragments >= most) {
                    return Err(Fault::TooManyFragments);
                }
                Ok(message.payload.len())
            }
            // RFC 6455 §5.4: fragments of one message are not interleaved with another's.
            (Opcode::Data(_), Some(_)) => Err(Fault::Protocol("a message began inside another")),
            (Opcode::Continuation, None) => Err(Fault::Protocol("a continuation without a message")),
            // RFC 6455 §5.5: control frames are short and whole.
            _ if length > 125 => Err(Fault::Protocol("a control frame longer than 125 bytes")),
            _ if !last => Err(Fault::Protocol("a control frame in fragments")),
            _ => Ok(0),
        }
    }

    /// One whole, unmasked frame that is no message by itself.
    #[cold]
    fn frame<'a>(&mut self, header: Header, payload: &'a [u8]) -> Result<Option<Frame<'a>>, Fault> {
        match header.opcode {
            Opcode::Data(kind) => {
                let mut message =
                    Assembly { kind, payload: BytesMut::from(payload), fragments: 1, checked: 0 };
                message.check_text()?;
                self.message = Some(Box::new(message));
                Ok(None)
            }
            Opcode::Continuation => self.fragment(payload, header.last),
            Opcode::Ping => Ok(Some(Frame::Ping(payload))),
            Opcode::Pong => Ok(Some(Frame::Pong(payload))),
            Opcode::Close => close(payload).map(Some),
        }
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
        let Assembly { kind, payload, .. } = *self.message.take().expect("it is the message just extended");
        whole(kind, payload.freeze()).map(Some)
    }
}

/// The payload's length and where the header goes on behind it; `None` if it is not all there. It is in its shortest form
/// (RFC 6455 §5.2).
#[inline]
fn length(input: &[u8]) -> Result<Option<(usize, usize)>, Fault> {
    let longer = Err(Fault::Protocol("a length in more bytes than it needs"));
    match input[1] & 0b0111_1111 {
        126 => match input[2..].first_chunk() {
            Some(&bytes) => match u16::from_be_bytes(bytes) {
                ..126 => longer,
                length => Ok(Some((length.into(), 4))),
            },
            None => Ok(None),
        },
        127 => match input[2..].first_chunk() {
            Some(&bytes) => match u64::from_be_bytes(bytes) {
                ..0x1_0000 => longer,
                // RFC 6455 §5.2: the most significant bit of a 64-bit length is zero.
                length if length >> 63 != 0 => Err(Fault::Protocol("the length's top bit is set")),
                length => Ok(Some((usize::try_from(length).map_err(|_| Fault::TooLong)?, 10))),
            },
            None => Ok(None),
        },
        length => Ok(Some((length.into(), 2))),
    }
}

impl Assembly {
    /// Fails on bytes that can no longer become UTF-8; a character cut by the end of the fragment may still be completed.
    fn check_text(&mut self) -> Result<(), Fault> {
        if self.kind == Kind::Text {
            match std::str::from_utf8(&self.payload[self.checked..]) {
                Ok(text) => self.checked += text.len(),
                Err(error) if error.error_len().is_none() => self.checked += error.valid_up_to(),
                Err(_) => return Err(Fault::Utf8),
            }
        }
        Ok(())
    }
}

/// A complete message in memory of its own.
fn whole<'a>(kind: Kind, payload: Bytes) -> Result<Frame<'a>, Fault> {
    let message = match kind {
        Kind::Text => Message::Text(Text::from_utf8(payload).map_err(|_| Fault::Utf8)?),
        Kind::Binary => Message::Binary(payload),
    };
    Ok(Frame::Message(message.into()))
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

/// RFC 6455 §5.3. Sixteen bytes a step, which is one register wide.
#[inline]
pub(super) fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let key = u32::from_ne_bytes(mask);
    let wide = u128::from(key) * 0x0000_0001_0000_0001_0000_0001_0000_0001;
    let (steps, rest) = payload.as_chunks_mut();
    for step in steps {
        *step = (u128::from_ne_bytes(*step) ^ wide).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}
