//! Encodes client frames and parses server frames (RFC 6455 §5.2).

const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
pub(super) const CLOSE: u8 = 0x8;
/// The mask. Its value does not matter, because the server always unmasks.
const MASK: [u8; 4] = [0xa3, 0x1c, 0x76, 0x58];
/// The mask bit, which is in the byte of the length.
const MASKED: u8 = 0x80;
/// Values of the 7-bit length if the length follows in two or eight bytes.
const TWO: u8 = 0x7e;
const EIGHT: u8 = 0x7f;

/// Returns a message in one frame.
pub(super) fn message(payload: &[u8], binary: bool) -> Vec<u8> {
    masked(if binary { BINARY } else { TEXT }, payload)
}

/// Returns a close frame (§5.5.1).
pub(super) fn close(code: u16) -> Vec<u8> {
    masked(CLOSE, &code.to_be_bytes())
}

fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
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
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// A frame of the server.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    pub(super) opcode: u8,
    pub(super) payload: &'a [u8],
    /// Length of the frame in bytes, header included.
    pub(super) length: usize,
}

impl Found<'_> {
    /// True for a data frame.
    pub(super) fn is_data(&self) -> bool {
        self.opcode <= BINARY
    }
}

/// Parses the frame at the start of the bytes; `None` if it is incomplete. Servers do not mask (§5.1).
pub(super) fn first(bytes: &[u8]) -> Option<Found<'_>> {
    let (&[flags, length], rest) = bytes.split_first_chunk()?;
    let (length, rest) = match length {
        TWO => {
            rest.split_first_chunk().map(|(length, rest)| (u64::from(u16::from_be_bytes(*length)), rest))?
        }
        EIGHT => rest.split_first_chunk().map(|(length, rest)| (u64::from_be_bytes(*length), rest))?,
        length => (u64::from(length), rest),
    };
    let payload = rest.get(..usize::try_from(length).ok()?)?;
    let header = bytes.len() - rest.len();
    Some(Found { opcode: flags & 0x0f, payload, length: header + payload.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_is_found_once_it_is_complete() {
        for (header, size) in [
            (&[0x82, 125][..], 125),
            (&[0x82, 126, 0, 126], 126),
            (&[0x82, 126, 0xff, 0xff], 0xffff),
            (&[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0], 0x1_0000),
        ] {
            let payload = vec![7; size];
            let frame = [header, &payload].concat();
            assert_eq!(first(&frame[..frame.len() - 1]), None);
            let length = frame.len();
            let found = Found { opcode: BINARY, payload: &payload, length };
            assert_eq!(first(&[&frame[..], &[0x81]].concat()), Some(found));
            // A client frame differs only by the mask.
            let sent = message(&payload, true);
            assert_eq!(sent.len(), length + MASK.len());
            assert_eq!(sent[0], header[0]);
            assert_eq!(sent[1], header[1] | MASKED);
            assert_eq!(sent[2..header.len()], header[2..]);
            assert_eq!(sent.last(), Some(&(7 ^ MASK[(size - 1) % MASK.len()])));
        }
    }
}
