//! Decompression of messages (RFC 7692 §7.2.2), never beyond their limit.

use std::cell::Cell;

use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};

use super::deflater::TAIL;
use crate::{
    message::Message,
    turn::{Work, spend},
    wire::{Deflated, Fault, decoder::message},
};

/// The maximum size of a buffer that a thread keeps for inflating, in bytes.
const KEPT: usize = 64 * 1024;
/// The minimum number of bytes by which a buffer grows.
const STEP: usize = 1024;
/// An empty block that is marked as final (RFC 1951 §3.2.6); it ends the stream.
const END: [u8; 2] = [0x03, 0x00];
/// The number of final blocks permitted within a message (RFC 7692 §7.2.3.4). Each restart has a cost, and no
/// compressor emits more than one for each flush.
const MAX_ENDS: u32 = 64;

thread_local! {
    /// A stream for reuse; it takes about forty kilobytes.
    static IDLE: Cell<Option<Box<Decompress>>> = const { Cell::new(None) };
    /// The buffer in which complete messages are inflated.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Returns the maximum compressed size of a message of `limit` bytes: incompressible data grows, by up to a seventh
/// with a compressor that is short of memory (zlib's `deflateBound`).
pub(in crate::wire) fn most_on_wire(limit: usize) -> usize {
    limit.saturating_add(limit / 7).saturating_add(64)
}

/// The inbound half of the compression of a connection.
#[derive(Debug)]
pub(crate) struct Inflater {
    /// The number of bytes of earlier messages that the next one may refer to.
    window: usize,
    /// Those bytes. They take no more memory than the peer has sent, unlike a stream.
    history: Vec<u8>,
}

/// A message during decompression. Its borrowed stream returns to the thread in any case.
struct Inflation<'a> {
    inflater: &'a Inflater,
    stream: Option<Box<Decompress>>,
    /// True if a final block ended the stream, which does not end the message.
    ended: bool,
    ends: u32,
    /// The maximum inflated length, in bytes.
    most: usize,
}

impl Inflater {
    pub(crate) fn new(window: usize) -> Self {
        Self { window, history: Vec::new() }
    }

    /// Inflates a message. A failure leaves the state unchanged.
    ///
    /// # Errors
    /// [`Fault::TooLong`] if it is longer than `limit`, in bytes. Inflating stops there, except for free space in the
    /// buffer.
    pub(crate) fn message(
        &mut self,
        deflated: &Deflated<'_>,
        limit: Option<usize>,
    ) -> Result<Message, Fault> {
        message(deflated.kind, self.whole(&deflated.payload, limit)?)
    }

    pub(super) fn whole(&mut self, payload: &[u8], limit: Option<usize>) -> Result<Bytes, Fault> {
        let mut message = SCRATCH.take();
        message.clear();
        if message.capacity() == 0 {
            message.reserve_exact(KEPT);
        }
        let inflated = Inflation::new(self, limit).inflate(payload, &mut message);
        if inflated.is_ok() {
            self.remember(&message);
        }
        if message.capacity() > KEPT {
            return inflated.map(|()| message.into());
        }
        let whole = inflated.map(|()| Bytes::copy_from_slice(&message));
        SCRATCH.set(message);
        whole
    }

    /// The bytes that later messages may refer to.
    #[cfg(test)]
    pub(super) fn kept(&self) -> &[u8] {
        &self.history
    }

    /// Resets a stream and preloads it with the window of the peer.
    fn restart(&self, stream: &mut Decompress, message: &[u8]) {
        stream.reset(false);
        // No reference reaches further back than this (RFC 1951 §2).
        let message = &message[message.len().saturating_sub(1 << 15)..];
        for past in [&self.history[..], message] {
            if !past.is_empty() {
                // This fails only on streams with a header, and this one has none.
                let _ = stream.set_dictionary(past);
            }
        }
    }

    /// Stores the bytes that later messages may refer to.
    fn remember(&mut self, message: &[u8]) {
        if self.window == 0 {
            return;
        }
        if message.len() >= self.window {
            self.history.clear();
            self.history.extend_from_slice(&message[message.len() - self.window..]);
        } else {
            let over = (self.history.len() + message.len()).saturating_sub(self.window);
            self.history.drain(..over);
            self.history.reserve_exact(message.len());
            self.history.extend_from_slice(message);
        }
    }
}

impl<'a> Inflation<'a> {
    fn new(inflater: &'a Inflater, limit: Option<usize>) -> Self {
        let mut stream = IDLE.take().unwrap_or_else(|| Box::new(Decompress::new(false)));
        inflater.restart(&mut stream, &[]);
        let most = limit.unwrap_or(usize::MAX);
        Self { inflater, stream: Some(stream), ended: false, ends: 0, most }
    }

    /// Inflates all parts of a message (RFC 7692 §7.2.2), then the bytes that the sender omitted, which end the last
    /// block.
    fn inflate(mut self, payload: &[u8], message: &mut Vec<u8>) -> Result<(), Fault> {
        self.feed(payload, message)?;
        self.feed(&TAIL, message)?;
        // A message that ends inside a block would have consumed these bytes as its own.
        self.feed(&END, message)?;
        if self.ended { Ok(()) } else { Err(Fault::Compression) }
    }

    /// Inflates a part and appends it to `message`.
    fn feed(&mut self, payload: &[u8], message: &mut Vec<u8>) -> Result<(), Fault> {
        let Some(stream) = &mut self.stream else { return Err(Fault::Compression) };
        let mut rest = payload;
        loop {
            if self.ended {
                if rest.is_empty() {
                    return Ok(());
                }
                // RFC 7692 §7.2.3.4: other blocks may follow the final one.
                self.ends += 1;
                if self.ends > MAX_ENDS {
                    return Err(Fault::Compression);
                }
                self.inflater.restart(stream, message);
                self.ended = false;
            }
            if message.len() == message.capacity() {
                let step = message.len().max(rest.len().saturating_mul(3)).max(STEP);
                message.reserve_exact(step.min(self.most.saturating_add(1) - message.len()));
            }
            let (taken, made) = (stream.total_in(), message.len());
            let status = stream
                .decompress_vec(rest, message, FlushDecompress::Sync)
                .map_err(|_| Fault::Compression)?;
            spend(Work::Inflated(message.len() - made));
            if message.len() > self.most {
                return Err(Fault::TooLong);
            }
            let taken = usize::try_from(stream.total_in() - taken).unwrap_or(rest.len());
            rest = rest.get(taken..).unwrap_or_default();
            self.ended = status == Status::StreamEnd;
            if !self.ended && message.len() < message.capacity() {
                if rest.is_empty() {
                    return Ok(());
                }
                if taken == 0 && message.len() == made {
                    return Err(Fault::Compression);
                }
            }
        }
    }
}

impl Drop for Inflation<'_> {
    fn drop(&mut self) {
        // A thread that is ending keeps no stream.
        let _ = IDLE.try_with(|idle| idle.set(self.stream.take()));
    }
}
