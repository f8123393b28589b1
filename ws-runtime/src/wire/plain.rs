//! The most common frame: a complete, uncompressed message from a client, shorter than 64 KiB.

use super::{Fault, header::unmask, utf8};
use crate::message::{Incoming, IncomingPayload, Kind};

/// The header of a frame that is complete, unfragmented and uncompressed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlainFrame {
    kind: Kind,
    /// The length of the header, whose last four bytes are the mask (RFC 6455 §5.3).
    header: u8,
    length: u16,
}

impl PlainFrame {
    /// Parses the header. `None` if the frame is incomplete or of another form. The frame is valid unless it interrupts
    /// a fragmented message or exceeds a limit.
    #[inline]
    pub(super) fn read(input: &[u8]) -> Option<Self> {
        let &[first @ (0x81 | 0x82), second @ 0x80..=0xfe, high, low, ..] = input else { return None };
        let (header, length) = match u16::from(second & 0b0111_1111) {
            126 => match u16::from_be_bytes([high, low]) {
                // RFC 6455 §5.2: the length uses the shortest form.
                ..126 => return None,
                length => (8, length),
            },
            length => (6, length),
        };
        let kind = if first == 0x81 { Kind::Text } else { Kind::Binary };
        let plain = Self { kind, header, length };
        (plain.size() <= input.len()).then_some(plain)
    }

    /// Returns the length of the payload, in bytes.
    #[inline]
    pub(super) fn length(self) -> usize {
        self.length.into()
    }

    /// Returns the length of the frame, in bytes.
    #[inline]
    pub(crate) fn size(self) -> usize {
        usize::from(self.header) + usize::from(self.length)
    }

    /// Unmasks the payload in place and returns the message. `frame` must be exactly this frame.
    #[inline]
    pub(crate) fn open(self, frame: &mut [u8]) -> Result<Incoming<'_>, Fault> {
        let (header, payload) = frame.split_at_mut(self.header.into());
        if let Some(&key) = header.last_chunk() {
            unmask(payload, key);
        }
        match self.kind {
            Kind::Text => utf8(payload).map(|text| IncomingPayload::Text(text).into()).ok_or(Fault::Utf8),
            Kind::Binary => Ok(IncomingPayload::Binary(payload).into()),
        }
    }
}
