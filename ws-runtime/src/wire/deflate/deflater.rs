//! Compression of messages (RFC 7692 §7.2.1).

use std::cell::RefCell;

use flate2::{Compress, Compression, FlushCompress};

use super::settings::Side;
use crate::turn::{Work, spend};

/// The maximum number of idle streams that a thread keeps for reuse. A stream takes up to 320 KB. Most routes use the
/// same settings, so few streams suffice.
const KEPT: usize = 4;
/// The bytes that end a flush. They are omitted from a message (RFC 7692 §7.2.1).
pub(super) const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];
/// The payload of an empty message (RFC 7692 §7.2.3.6).
const EMPTY: u8 = 0x00;

thread_local! {
    static IDLE: RefCell<Vec<(StreamKind, Compress)>> = const { RefCell::new(Vec::new()) };
}

/// The format of an outbound message: uncompressed, or compressed independently for a window. Every client that
/// negotiated that window or a larger one can inflate it, whatever it received before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format(u8);

impl Format {
    /// Uncompressed.
    pub(crate) const PLAIN: Self = Self(0);
    /// The smallest window that zlib supports. Every client can inflate it.
    pub(crate) const NARROW: Self = Self(Side::LEAST);

    pub(crate) const fn deflated(bits: u8) -> Self {
        Self(bits)
    }

    /// The base-2 logarithm of the window size.
    #[cfg(test)]
    pub(crate) fn bits(self) -> u8 {
        self.0
    }
}

/// The compression settings of outbound messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deflating {
    pub(crate) format: Format,
    pub(super) level: u8,
    /// True if a message may refer to earlier messages.
    pub(crate) takeover: bool,
}

/// The settings of a stream. Streams with equal settings are interchangeable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StreamKind {
    format: Format,
    level: u8,
}

/// A zlib stream that returns to its thread on drop.
#[derive(Debug)]
pub(crate) struct Deflater {
    kind: StreamKind,
    stream: Option<Compress>,
}

impl Deflater {
    /// Takes an idle stream of the thread or creates one. Its window is empty.
    pub(crate) fn new(deflating: Deflating) -> Self {
        let kind = StreamKind { format: deflating.format, level: deflating.level };
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

    /// Compresses a message and appends it to `out`. It may refer to earlier messages of this stream. Returns false on
    /// failure, which is not expected. The stream is then unusable.
    pub(crate) fn deflate(&mut self, payload: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(stream) = &mut self.stream else { return false };
        spend(Work::Deflated(payload.len()));
        if payload.is_empty() {
            out.push(EMPTY);
            return true;
        }
        let (begun, before) = (out.len(), stream.total_in());
        let mut rest = payload;
        // With less space, zlib might repeat the flush marker (zlib.h).
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
        // This fails only while the thread ends, and then the stream is freed.
        let _ = IDLE.try_with(|idle| {
            let mut idle = idle.borrow_mut();
            if idle.len() < KEPT {
                idle.push((self.kind, stream));
            }
        });
    }
}

/// Compresses a message independently and appends it to `out`. If it would not become smaller, appends nothing and
/// returns false.
pub(crate) fn deflate(deflating: Deflating, payload: &[u8], out: &mut Vec<u8>) -> bool {
    let before = out.len();
    let is_smaller =
        Deflater::new(deflating).deflate(payload, out) && out.len() - before < payload.len().max(2);
    if !is_smaller {
        out.truncate(before);
    }
    is_smaller
}
