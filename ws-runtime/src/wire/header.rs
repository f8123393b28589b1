//! Parsing of frame headers, and every rule that concerns the header alone (RFC 6455 §5.2, RFC 7692 §6).

use super::{Fault, Limits, deflate::most_on_wire};
use crate::message::Kind;

/// The memory that a frame may need in addition to its payload, in bytes.
const OVERHEAD: usize = 1 << 20;

/// The bit RSV1, which marks a compressed message (RFC 7692 §6).
pub(super) const COMPRESSED: u8 = 0b0100_0000;

/// Our end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The server: inbound frames must be masked (RFC 6455 §5.1).
    Server,
    /// The client: inbound frames must not be masked.
    #[cfg_attr(
        not(any(feature = "testing", fuzzing, test)),
        expect(dead_code, reason = "the client's side of the wire")
    )]
    Client,
}

/// A frame header that has passed every check that needs no payload.
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

/// A header, the offset of the payload, and the length of the payload.
pub(super) type Measured = (Header, usize, usize);

/// The state that the rules for a header depend on, except for the limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    pub(super) role: Role,
    /// True if compression was negotiated.
    pub(super) inflates: bool,
    /// The unfinished message, if there is one.
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
    /// Parses and checks a header. An invalid frame is thus rejected before its payload arrives. `None` means that the
    /// header is incomplete.
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
            // RFC 6455 §5.1: a client masks every frame, and a server masks none.
            (Role::Server, false) => return Err(Fault::Protocol("a frame is not masked")),
            (Role::Client, true) => return Err(Fault::Protocol("a frame is masked")),
        }
        let before = context.continued_length(opcode, last, second & 0b0111_1111, limits)?;
        let Some((length, at)) = length(input)? else { return Ok(None) };
        if let Some(most) = limits.max_message
            && matches!(opcode, Opcode::Data(_) | Opcode::Continuation)
            && length.saturating_add(before) > most
        {
            // A compressed payload may be longer than the message, but not by more than this.
            let shrinks = compressed || context.begun.is_some_and(|begun| begun.compressed);
            if !shrinks || length.saturating_add(before) > most_on_wire(most) {
                return Err(Fault::TooLong);
            }
        }
        // A frame is stored in one piece, so its length must fit `isize`.
        if length > isize::MAX as usize - OVERHEAD {
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
    /// Returns true if the frame begins a compressed message. Without extensions the reserved bits must be zero (RFC
    /// 6455 §5.2). With compression, the first frame of a message may set RSV1, and no other frame and no other bit is
    /// permitted (RFC 7692 §6).
    fn compressed(self, first: u8) -> Result<bool, Fault> {
        match (first & 0b0111_0000, first & 0b1111) {
            (0, _) => Ok(false),
            (COMPRESSED, 1 | 2) if self.inflates => Ok(true),
            (COMPRESSED, _) if self.inflates => {
                Err(Fault::Protocol("RSV1 is set on a frame that does not begin a message"))
            }
            _ => Err(Fault::Protocol("a reserved bit is set")),
        }
    }

    /// Checks whether the frame is permitted now. Returns the length of the message that it continues, 0 if it
    /// continues none.
    fn continued_length(
        self,
        opcode: Opcode,
        last: bool,
        length: u8,
        limits: &Limits,
    ) -> Result<usize, Fault> {
        match (opcode, self.begun) {
            (Opcode::Data(_), None) => Ok(0),
            (Opcode::Continuation, Some(begun)) => {
                if limits.max_fragments.is_some_and(|most| begun.fragments >= most) {
                    return Err(Fault::TooManyFragments);
                }
                Ok(begun.length)
            }
            // RFC 6455 §5.4: other data frames may not interleave the fragments of a message.
            (Opcode::Data(_), Some(_)) => {
                Err(Fault::Protocol("a data frame interrupts a fragmented message"))
            }
            (Opcode::Continuation, None) => Err(Fault::Protocol("a continuation frame without a message")),
            // RFC 6455 §5.5: control frames are short and unfragmented.
            _ if length > 125 => Err(Fault::Protocol("a control frame longer than 125 bytes")),
            _ if !last => Err(Fault::Protocol("a fragmented control frame")),
            _ => Ok(0),
        }
    }
}

/// Parses the payload length, which must be in its shortest form (RFC 6455 §5.2). Returns it with the offset of the
/// rest of the header. `None` means that the length is incomplete.
fn length(input: &[u8]) -> Result<Option<(usize, usize)>, Fault> {
    let not_shortest = Err(Fault::Protocol("a payload length that is not in its shortest form"));
    match input[1] & 0b0111_1111 {
        126 => match input[2..].first_chunk() {
            Some(&bytes) => match u16::from_be_bytes(bytes) {
                ..126 => not_shortest,
                length => Ok(Some((length.into(), 4))),
            },
            None => Ok(None),
        },
        127 => match input[2..].first_chunk() {
            Some(&bytes) => match u64::from_be_bytes(bytes) {
                ..0x1_0000 => not_shortest,
                // RFC 6455 §5.2: the most significant bit of a 64-bit length must be zero.
                length if length >> 63 != 0 => Err(Fault::Protocol("a payload length of more than 63 bits")),
                length => Ok(Some((usize::try_from(length).map_err(|_| Fault::TooLong)?, 10))),
            },
            None => Ok(None),
        },
        length => Ok(Some((length.into(), 2))),
    }
}

/// Masks or unmasks a payload (RFC 6455 §5.3), 16 bytes at a time: the width of a SIMD register.
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
