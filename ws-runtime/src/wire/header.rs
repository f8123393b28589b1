//! Frame headers: parsing, and every rule that concerns the header alone (RFC 6455 §5.2, RFC 7692 §6).

use super::{Fault, Limits, deflate::most_on_wire};
use crate::message::Kind;

/// Overhead of a frame in memory of its own, beside its payload, in bytes.
const ROOM: usize = 1 << 20;

/// The bit that marks a compressed message (RFC 7692 §6).
pub(super) const COMPRESSED: u8 = 0b0100_0000;

/// Our end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// We accepted: inbound frames are masked (RFC 6455 §5.1).
    Server,
    /// We connected: inbound frames are not masked.
    #[cfg_attr(
        not(any(feature = "testing", fuzzing, test)),
        expect(dead_code, reason = "the client's side of the wire")
    )]
    Client,
}

/// A frame header that passed every rule that needs no payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) opcode: Opcode,
    pub(super) last: bool,
    pub(super) compressed: bool,
    pub(super) mask: [u8; 4],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Data(Kind),
    Continuation,
    Ping,
    Pong,
    Close,
}

/// A header, its length, and the length of its payload.
pub(super) type Measured = (Header, usize, usize);

/// The state against which a header is checked, beside the limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    pub(super) role: Role,
    /// True if compression was negotiated.
    pub(super) inflates: bool,
    /// The unfinished message.
    pub(super) begun: Option<Begun>,
}

/// The state of an unfinished message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    pub(super) length: usize,
    pub(super) fragments: usize,
    pub(super) compressed: bool,
}

impl Header {
    /// Parses a header and checks it, so that an invalid frame is never waited for; `None` if it is incomplete.
    pub(super) fn read(input: &[u8], context: Context, limits: &Limits) -> Result<Option<Measured>, Fault> {
        let &[first, second, ..] = input else { return Ok(None) };
        let compressed = context.compressed(first)?;
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
        match (context.role, masked) {
            (Role::Server, true) | (Role::Client, false) => {}
            // RFC 6455 §5.1: a client masks every frame, a server none.
            (Role::Server, false) => return Err(Fault::Protocol("a frame is not masked")),
            (Role::Client, true) => return Err(Fault::Protocol("a frame is masked")),
        }
        let before = context.place(opcode, last, second & 0b0111_1111, limits)?;
        let Some((length, at)) = length(input)? else { return Ok(None) };
        if let Some(most) = limits.max_message
            && matches!(opcode, Opcode::Data(_) | Opcode::Continuation)
            && length.saturating_add(before) > most
        {
            // A compressed payload may be longer than its message, but only by this much.
            let shrinks = compressed || context.begun.is_some_and(|begun| begun.compressed);
            if !shrinks || length.saturating_add(before) > most_on_wire(most) {
                return Err(Fault::TooLong);
            }
        }
        // The frame is held as one piece, so its end must fit a `usize`.
        if length > isize::MAX as usize - ROOM {
            return Err(Fault::TooLong);
        }
        if !masked {
            return Ok(Some((Self { opcode, last, compressed, mask: [0; 4] }, at, length)));
        }
        let Some(&mask) = input[at..].first_chunk() else { return Ok(None) };
        Ok(Some((Self { opcode, last, compressed, mask }, at + mask.len(), length)))
    }
}

impl Context {
    /// Returns true if a frame begins a compressed message. RFC 6455 §5.2: reserved bits are zero unless an extension
    /// was negotiated. RFC 7692 §6: with compression, the first frame of a message may set the first of them, and no
    /// other.
    fn compressed(self, first: u8) -> Result<bool, Fault> {
        match (first & 0b0111_0000, first & 0b1111) {
            (0, _) => Ok(false),
            (COMPRESSED, 1 | 2) if self.inflates => Ok(true),
            (COMPRESSED, _) if self.inflates => {
                Err(Fault::Protocol("the bit of compression is set on no first frame"))
            }
            _ => Err(Fault::Protocol("a reserved bit is set")),
        }
    }

    /// Checks whether the frame is permitted at this point, and returns the length of its message so far.
    fn place(self, opcode: Opcode, last: bool, length: u8, limits: &Limits) -> Result<usize, Fault> {
        match (opcode, self.begun) {
            (Opcode::Data(_), None) => Ok(0),
            (Opcode::Continuation, Some(begun)) => {
                if limits.max_fragments.is_some_and(|most| begun.fragments >= most) {
                    return Err(Fault::TooManyFragments);
                }
                Ok(begun.length)
            }
            // RFC 6455 §5.4: fragments of one message are not interleaved with another's.
            (Opcode::Data(_), Some(_)) => Err(Fault::Protocol("a message began inside another")),
            (Opcode::Continuation, None) => Err(Fault::Protocol("a continuation without a message")),
            // RFC 6455 §5.5: control frames are short and unfragmented.
            _ if length > 125 => Err(Fault::Protocol("a control frame longer than 125 bytes")),
            _ if !last => Err(Fault::Protocol("a control frame in fragments")),
            _ => Ok(0),
        }
    }
}

/// Parses the length of the payload and returns where the header continues; `None` if it is incomplete. The length is
/// in its shortest form (RFC 6455 §5.2).
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

/// RFC 6455 §5.3. Sixteen bytes for each step, the width of one register.
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
