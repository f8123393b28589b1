//! Encodes client frames (RFC 6455 §5.2), which may be compressed (RFC 7692).

use flate2::{Compress, Compression, FlushCompress};

const MASKED: u8 = 0x80;
/// Values of the 7-bit length if the length follows in two or eight bytes.
const TWO: u8 = 0x7e;
const EIGHT: u8 = 0x7f;
/// The mask. Its value does not matter, because a server always unmasks. A mask of zeros leaves the bytes unchanged.
const MASK: [u8; 4] = [0; 4];

pub(crate) const TEXT: u8 = 0x1;
pub(crate) const BINARY: u8 = 0x2;

/// The first byte of a frame.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    pub(crate) opcode: u8,
    pub(crate) last: bool,
    pub(crate) compressed: bool,
}

impl Head {
    pub(crate) const fn whole(opcode: u8) -> Self {
        Self { opcode, last: true, compressed: false }
    }
}

pub(crate) fn frame(head: Head, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![u8::from(head.last) << 7 | u8::from(head.compressed) << 6 | head.opcode];
    if let Ok(length @ ..TWO) = u8::try_from(payload.len()) {
        frame.push(MASKED | length);
    } else if let Ok(length) = u16::try_from(payload.len()) {
        frame.push(MASKED | TWO);
        frame.extend(length.to_be_bytes());
    } else {
        frame.push(MASKED | EIGHT);
        frame.extend((payload.len() as u64).to_be_bytes());
    }
    frame.extend(MASK);
    frame.extend(payload);
    frame
}

/// Compresses a message and removes its last four bytes (RFC 7692 §7.2.1).
pub(crate) fn deflate(message: &[u8]) -> Vec<u8> {
    let mut deflater = Compress::new(Compression::best(), false);
    let mut out = Vec::with_capacity(message.len() + 64);
    let done = deflater.compress_vec(message, &mut out, FlushCompress::Sync);
    assert!(done.is_ok(), "a message can be compressed");
    out.truncate(out.len().saturating_sub(4));
    out
}
