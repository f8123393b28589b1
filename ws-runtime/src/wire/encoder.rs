//! Encodes messages and control frames. A server's frames are not masked (RFC 6455 §5.1), and messages are not
//! fragmented. A client masks its frames afterwards.

use super::{
    Close,
    header::{COMPRESSED, unmask},
};
use crate::message::Kind;

/// The maximum length of an unmasked header in bytes.
const MAX_HEADER: usize = 10;

/// The FIN bit, then the opcodes of control frames (RFC 6455 §5.2).
const LAST: u8 = 0b1000_0000;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// Encodes frames, appending them to a buffer.
#[derive(Debug)]
pub(crate) struct Encoder;

impl Encoder {
    /// Appends a data frame.
    #[expect(
        clippy::inline_always,
        reason = "every reply is encoded here, and the compiler sees few callers"
    )]
    #[inline(always)]
    pub(crate) fn message(kind: Kind, payload: &[u8], out: &mut Vec<u8>) {
        out.reserve(MAX_HEADER + payload.len());
        Self::header(data(kind), payload.len(), out);
        out.extend_from_slice(payload);
    }

    /// Appends the header of a data frame whose payload is written separately.
    pub(crate) fn message_header(kind: Kind, length: usize, out: &mut Vec<u8>) {
        Self::header(data(kind), length, out);
    }

    /// Appends the data frame of a message that is already compressed (RFC 7692 §6).
    pub(crate) fn deflated(kind: Kind, payload: &[u8], out: &mut Vec<u8>) {
        out.reserve(MAX_HEADER + payload.len());
        Self::deflated_header(kind, payload.len(), out);
        out.extend_from_slice(payload);
    }

    /// Appends the header of a compressed data frame whose payload is written separately.
    pub(crate) fn deflated_header(kind: Kind, length: usize, out: &mut Vec<u8>) {
        Self::header(COMPRESSED | data(kind), length, out);
    }

    /// Appends a ping. Its payload has at most 125 bytes, which `Socket::ping` ensures.
    pub(crate) fn ping(payload: &[u8], out: &mut Vec<u8>) {
        Self::control(PING, payload, out);
    }

    /// Appends a pong. Its payload has at most 125 bytes: it is that of a ping, or `Socket::pong` checks it.
    pub(crate) fn pong(payload: &[u8], out: &mut Vec<u8>) {
        Self::control(PONG, payload, out);
    }

    /// Appends a close frame. `None` means an empty one, which answers an empty one.
    pub(crate) fn close(close: Option<&Close>, out: &mut Vec<u8>) {
        match close {
            None => Self::control(CLOSE, &[], out),
            Some(close) => {
                Self::header(CLOSE, 2 + close.reason().len(), out);
                out.extend_from_slice(&close.code().to_be_bytes());
                out.extend_from_slice(close.reason().as_bytes());
            }
        }
    }

    /// Masks a frame with a key, as a client must (RFC 6455 §5.3).
    #[cfg_attr(
        not(any(feature = "testing", fuzzing, test)),
        expect(dead_code, reason = "the client's side of the wire")
    )]
    pub(crate) fn mask(frame: &mut Vec<u8>, key: [u8; 4]) {
        let header = match frame[1] {
            126 => 4,
            127 => MAX_HEADER,
            _ => 2,
        };
        frame[1] |= 0x80;
        frame.splice(header..header, key);
        unmask(&mut frame[header + key.len()..], key);
    }

    fn control(opcode: u8, payload: &[u8], out: &mut Vec<u8>) {
        debug_assert!(payload.len() <= 125, "RFC 6455 §5.5");
        Self::header(opcode, payload.len(), out);
        out.extend_from_slice(payload);
    }

    /// Appends a header whose length is in its shortest form (RFC 6455 §5.2).
    #[inline]
    fn header(opcode: u8, length: usize, out: &mut Vec<u8>) {
        match u8::try_from(length) {
            Ok(short @ 0..=125) => out.extend_from_slice(&[LAST | opcode, short]),
            _ => Self::long_header(LAST | opcode, length, out),
        }
    }

    #[inline(never)]
    fn long_header(first: u8, length: usize, out: &mut Vec<u8>) {
        if let Ok(length) = u16::try_from(length) {
            let [high, low] = length.to_be_bytes();
            out.extend_from_slice(&[first, 126, high, low]);
        } else {
            out.extend_from_slice(&[first, 127]);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

const fn data(kind: Kind) -> u8 {
    match kind {
        Kind::Text => 1,
        Kind::Binary => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masked_frame_matches_the_rfc_example() {
        let mut frame = Vec::new();
        Encoder::message(Kind::Text, b"Hello", &mut frame);
        assert_eq!(frame, b"\x81\x05Hello");
        Encoder::mask(&mut frame, [0x37, 0xfa, 0x21, 0x3d]);
        assert_eq!(frame, b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
    }

    #[test]
    fn mask_follows_every_length_form() {
        for (length, header) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            let mut frame = Vec::new();
            Encoder::message(Kind::Binary, &vec![7; length], &mut frame);
            let unmasked = frame.clone();
            Encoder::mask(&mut frame, [1, 2, 3, 4]);
            assert_eq!(frame[1], unmasked[1] | 0x80, "{length}");
            assert_eq!(frame[2..header], unmasked[2..header], "{length}");
            assert_eq!(frame[header..header + 4], [1, 2, 3, 4], "{length}");
            let masked = (0..length).map(|at| 7 ^ [1, 2, 3, 4][at % 4]);
            assert!(frame[header + 4..].iter().copied().eq(masked), "{length}");
        }
    }
}
