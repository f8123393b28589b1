//! Whether a stream of bytes ends with a whole frame, so that another frame may follow.

/// Follows frames by their headers alone (RFC 6455 §5.2). Their content may be invalid.
#[derive(Debug, Default)]
pub(super) struct FrameBoundary {
    /// The beginning of a header.
    header: Vec<u8>,
    /// The bytes of the payload that are still missing.
    missing: u64,
}

impl FrameBoundary {
    /// True if no frame is incomplete.
    pub(super) fn is_reached(&self) -> bool {
        self.header.is_empty() && self.missing == 0
    }

    /// Follows further bytes.
    pub(super) fn pass(&mut self, mut bytes: &[u8]) {
        while let Some((&first, rest)) = bytes.split_first() {
            if self.missing > 0 {
                let skipped = usize::try_from(self.missing).unwrap_or(usize::MAX).min(bytes.len());
                self.missing -= skipped as u64;
                bytes = &bytes[skipped..];
                continue;
            }
            self.header.push(first);
            bytes = rest;
            if let Some(payload) = payload(&self.header) {
                self.missing = payload;
                self.header.clear();
            }
        }
    }
}

/// Returns the length of the payload; `None` if the header is incomplete.
fn payload(header: &[u8]) -> Option<u64> {
    let second = *header.get(1)?;
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    if header.len() < 2 + extended + mask {
        return None;
    }
    let length = header[2..2 + extended].iter().fold(0, |length, &byte| length << 8 | u64::from(byte));
    Some(if extended == 0 { u64::from(second & 0x7f) } else { length })
}

#[cfg(test)]
mod tests {
    use super::FrameBoundary;

    #[test]
    fn boundary_is_reached_after_whole_frames_only() {
        let frames: [&[u8]; 6] = [
            &[0x81, 0x80, 1, 2, 3, 4],
            &[0x81, 0x02, b'a', b'b'],
            &[0x01, 0x81, 0, 0, 0, 0, b'a'],
            &[[0x82, 0xfe, 0, 126, 0, 0, 0, 0].as_slice(), &[7; 126]].concat(),
            &[[0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0].as_slice(), &vec![7; 65_536]].concat(),
            &[0x89, 0x00],
        ];
        let mut followed = FrameBoundary::default();
        assert!(followed.is_reached());
        for frame in frames {
            for &byte in &frame[..frame.len() - 1] {
                followed.pass(&[byte]);
                assert!(!followed.is_reached(), "{:?} is incomplete", &frame[..2]);
            }
            followed.pass(&frame[frame.len() - 1..]);
            assert!(followed.is_reached(), "{:?} is whole", &frame[..2]);
        }
        followed.pass(&frames.concat());
        assert!(followed.is_reached());
        followed.pass(&[&frames.concat()[..], &[0x81]].concat());
        assert!(!followed.is_reached());
    }
}
