//! What nearly every frame is: a whole message from a client, not compressed, shorter than 64 KiB, and all there.

use super::{Fault, Incoming, Kind, header::unmask, incoming::Payload, utf8};

/// Such a frame, before its payload is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain {
    kind: Kind,
    /// How long the header is; its last four bytes are the key (RFC 6455 §5.3).
    header: u8,
    length: u16,
}

impl Plain {
    /// Reads the header. Where no message is under way there is no rule that it could break, but perhaps a limit.
    #[inline]
    pub(super) fn read(input: &[u8]) -> Option<Self> {
        let &[first @ (0x81 | 0x82), second @ 0x80..=0xfe, high, low, ..] = input else { return None };
        let (header, length) = match u16::from(second & 0b0111_1111) {
            126 => match u16::from_be_bytes([high, low]) {
                // RFC 6455 §5.2: the length is in its shortest form.
                ..126 => return None,
                length => (8, length),
            },
            length => (6, length),
        };
        let kind = if first == 0x81 { Kind::Text } else { Kind::Binary };
        let plain = Self { kind, header, length };
        (plain.size() <= input.len()).then_some(plain)
    }

    /// How long the payload is, in bytes.
    #[inline]
    pub(super) fn length(self) -> usize {
        self.length.into()
    }

    /// How long the frame is, in bytes.
    #[inline]
    pub(crate) fn size(self) -> usize {
        usize::from(self.header) + usize::from(self.length)
    }

    /// The message that the frame is, unmasked where it lies; `frame` is the frame's own bytes.
    #[inline]
    pub(crate) fn open(self, frame: &mut [u8]) -> Result<Incoming<'_>, Fault> {
        let (header, payload) = frame.split_at_mut(self.header.into());
        if let Some(&key) = header.last_chunk() {
            unmask(payload, key);
        }
        match self.kind {
            Kind::Text => utf8(payload).map(|text| Incoming(Payload::Text(text))).ok_or(Fault::Utf8),
            Kind::Binary => Ok(Incoming(Payload::Binary(payload))),
        }
    }
}
