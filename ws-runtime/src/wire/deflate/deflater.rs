//! Messages made smaller (RFC 7692 §7.2.1).

use std::cell::RefCell;

use flate2::{Compress, Compression, FlushCompress};

use super::settings::Side;
use crate::turn::{Work, spend};

/// How many streams a thread keeps for whoever compresses next. One is up to 320 KB; routes mostly agree on one kind.
const KEPT: usize = 4;
/// What a flush ends with, and a message leaves out (RFC 7692 §7.2.1).
pub(super) const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];
/// An empty message (RFC 7692 §7.2.3.6).
const EMPTY: u8 = 0x00;

thread_local! {
    static IDLE: RefCell<Vec<(Kind, Compress)>> = const { RefCell::new(Vec::new()) };
}

/// In which form a message leaves: as it is, or compressed by itself for a window, so that all who agreed on that window, or
/// a larger one, can inflate it, whatever they were sent before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format(u8);

impl Format {
    /// As it is.
    pub(crate) const PLAIN: Self = Self(0);
    /// The smallest window that zlib can compress in, which every client can inflate.
    pub(crate) const NARROW: Self = Self(Side::LEAST);

    pub(crate) const fn deflated(bits: u8) -> Self {
        Self(bits)
    }

    /// The window as a power of two bytes.
    #[cfg(test)]
    pub(crate) fn bits(self) -> u8 {
        self.0
    }
}

/// How one end compresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deflating {
    pub(crate) format: Format,
    pub(super) level: u8,
    /// Whether a message may refer to those before it.
    pub(crate) takeover: bool,
}

/// What makes two streams the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind {
    format: Format,
    level: u8,
}

/// A stream, which goes back to its thread in the end.
#[derive(Debug)]
pub(crate) struct Deflater {
    kind: Kind,
    stream: Option<Compress>,
}

impl Deflater {
    /// A stream without a past.
    pub(crate) fn new(deflating: Deflating) -> Self {
        let kind = Kind { format: deflating.format, level: deflating.level };
        let idle = IDLE.with_borrow_mut(|idle| {
            let at = idle.iter().position(|(other, _)| *other == kind)?;
            Some(idle.swap_remove(at).1)
        });
        let stream = match idle {
            Some(mut stream) => {
                stream.reset();
                stream
            }
            None => Compress::new_with_window_bits(Compression::new(kind.level.into()), false, kind.format.0),
        };
        Self { kind, stream: Some(stream) }
    }

    /// Appends a message, which may refer to those that this stream compressed before. False if that failed, which it has no
    /// reason to; then the stream is of no use any more.
    pub(crate) fn deflate(&mut self, payload: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(stream) = &mut self.stream else { return false };
        spend(Work::Deflated(payload.len()));
        if payload.is_empty() {
            out.push(EMPTY);
            return true;
        }
        let (begun, before) = (out.len(), stream.total_in());
        let mut rest = payload;
        // A flush that has room for nothing but its marker would write that again; with this much it never has (zlib.h).
        out.reserve(payload.len() / 2 + 64);
        loop {
            if stream.compress_vec(rest, out, FlushCompress::Sync).is_err() {
                self.stream = None;
                return false;
            }
            let taken = usize::try_from(stream.total_in() - before).unwrap_or(payload.len());
            rest = payload.get(taken..).unwrap_or_default();
            if rest.is_empty() && out.len() < out.capacity() {
                break;
            }
            out.reserve(payload.len() / 2 + 64);
        }
        if !out.ends_with(&TAIL) {
            self.stream = None;
            return false;
        }
        out.truncate(out.len() - TAIL.len());
        tracing::trace!(from = payload.len(), to = out.len() - begun, "message compressed");
        true
    }
}

impl Drop for Deflater {
    fn drop(&mut self) {
        let Some(stream) = self.stream.take() else { return };
        // A thread that is ending keeps nothing.
        let _ = IDLE.try_with(|idle| {
            let mut idle = idle.borrow_mut();
            if idle.len() < KEPT {
                idle.push((self.kind, stream));
            }
        });
    }
}

/// Appends a message that is compressed by itself. False, and nothing appended, if it would not be smaller.
pub(crate) fn deflate(deflating: Deflating, payload: &[u8], out: &mut Vec<u8>) -> bool {
    let before = out.len();
    let is_smaller =
        Deflater::new(deflating).deflate(payload, out) && out.len() - before < payload.len().max(2);
    if !is_smaller {
        out.truncate(before);
    }
    is_smaller
}
