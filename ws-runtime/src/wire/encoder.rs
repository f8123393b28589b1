//! Messages and control frames to bytes. A server's frames are neither masked nor fragmented (RFC 6455 §5.1, §5.4).

use tokio_tungstenite::tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Control, Data, OpCode},
};

use super::{Close, Kind};

/// The longest header of an unmasked frame in bytes.
const MAX_HEADER: usize = 10;

/// Appends frames to a buffer.
#[derive(Debug)]
pub(crate) struct Encoder;

impl Encoder {
    /// Appends a data frame: header and payload.
    pub(crate) fn message(kind: Kind, payload: &[u8], out: &mut Vec<u8>) {
        out.reserve(MAX_HEADER + payload.len());
        Self::header(data(kind), payload.len(), out);
        out.extend_from_slice(payload);
    }

    /// Appends the header alone, of a payload that is written from where it lies.
    pub(crate) fn message_header(kind: Kind, length: usize, out: &mut Vec<u8>) {
        Self::header(data(kind), length, out);
    }

    /// Appends a ping; the payload is at most 125 bytes, which the socket's `ping` sees to.
    pub(crate) fn ping(payload: &[u8], out: &mut Vec<u8>) {
        Self::control(Control::Ping, payload, out);
    }

    /// Appends a pong; the payload is at most 125 bytes, for it is a ping's or the socket's `pong` sees to it.
    pub(crate) fn pong(payload: &[u8], out: &mut Vec<u8>) {
        Self::control(Control::Pong, payload, out);
    }

    /// Appends a close frame; `None` is the empty one, which answers an empty one.
    pub(crate) fn close(close: Option<&Close>, out: &mut Vec<u8>) {
        match close {
            None => Self::control(Control::Close, &[], out),
            Some(close) => {
                Self::header(OpCode::Control(Control::Close), 2 + close.reason().len(), out);
                out.extend_from_slice(&close.code().to_be_bytes());
                out.extend_from_slice(close.reason().as_bytes());
            }
        }
    }

    fn control(kind: Control, payload: &[u8], out: &mut Vec<u8>) {
        debug_assert!(payload.len() <= 125, "RFC 6455 §5.5");
        Self::header(OpCode::Control(kind), payload.len(), out);
        out.extend_from_slice(payload);
    }

    fn header(opcode: OpCode, length: usize, out: &mut Vec<u8>) {
        let header = FrameHeader { opcode, ..FrameHeader::default() };
        header.format(length as u64, out).expect("a vector takes every byte");
    }
}

const fn data(kind: Kind) -> OpCode {
    OpCode::Data(match kind {
        Kind::Text => Data::Text,
        Kind::Binary => Data::Binary,
    })
}
