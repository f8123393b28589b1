//! Decompression of messages (RFC 7692 §7.2.2), limited to their maximum length.

use std::cell::Cell;

use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};

use super::deflater::TAIL;
use crate::{
    message::Message,
    turn::{Work, spend},
    wire::{Deflated, Fault, decoder::message},
};

/// The maximum capacity of the buffer that a thread keeps for inflating, in bytes.
const KEPT: usize = 64 * 1024;
/// The minimum number of bytes by which a buffer grows.
const STEP: usize = 1024;
/// An empty final block (RFC 1951 §3.2.6), which ends the stream.
const END: [u8; 2] = [0x03, 0x00];
/// The maximum number of final blocks in a message (RFC 7692 §7.2.3.4). Restarting the stream after each is expensive,
/// and no compressor emits more than one per flush.
const MAX_ENDS: u32 = 64;

thread_local! {
    /// The thread's idle stream. A stream takes about 40 KB.
    static IDLE: Cell<Option<Box<Decompress>>> = const { Cell::new(None) };
    /// The thread's buffer for inflated messages.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Returns the maximum compressed size of a message of `limit` bytes. Incompressible data grows, by up to a seventh
/// with a compressor that is short of memory (zlib's `deflateBound`).
pub(in crate::wire) fn most_on_wire(limit: usize) -> usize {
    limit.saturating_add(limit / 7).saturating_add(64)
}

/// The inbound half of the compression of a connection.
#[derive(Debug)]
pub(crate) struct Inflater {
    /// How many bytes of earlier messages the next message may refer to.
    window: usize,
    /// The last bytes of earlier messages, at most `window`. They take less memory than a stream.
    history: Vec<u8>,
}

/// A message during decompression. Its stream returns to the thread on drop.
struct Inflation<'a> {
    inflater: &'a Inflater,
    stream: Option<Box<Decompress>>,
    /// True if a final block has ended the stream. More blocks of the message may follow.
    ended: bool,
    ends: u32,
    /// The maximum inflated length, in bytes.
    most: usize,
}

impl Inflater {
    pub(crate) fn new(window: usize) -> Self {
        Self { window, history: Vec::new() }
    }

    /// Inflates a message. After an error, the window is unchanged.
    ///
    /// # Errors
    /// [`Fault::TooLong`] if the message is longer than `limit` bytes. Inflating then stops, at the latest when the
    /// buffer is full. `None` means unlimited.
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

    /// Returns the bytes that later messages may refer to.
    #[cfg(test)]
    pub(super) fn kept(&self) -> &[u8] {
        &self.history
    }

    /// Resets a stream and preloads it with the window of the peer.
    fn restart(&self, stream: &mut Decompress, message: &[u8]) {
        stream.reset(false);
        // A reference reaches back at most 32 KB (RFC 1951 §2).
        let message = &message[message.len().saturating_sub(1 << 15)..];
        for past in [&self.history[..], message] {
            if !past.is_empty() {
                // Only streams with a zlib header can fail here, and this one has no header.
                let _ = stream.set_dictionary(past);
            }
        }
    }

    /// Appends a message to the history and truncates it to the window.
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

    /// Inflates a whole message: its payload, then the bytes that the sender omitted (RFC 7692 §7.2.2).
    fn inflate(mut self, payload: &[u8], message: &mut Vec<u8>) -> Result<(), Fault> {
        self.feed(payload, message)?;
        self.feed(&TAIL, message)?;
        // If the payload ends inside a block, that block consumes these bytes, and the stream does not end.
        self.feed(&END, message)?;
        if self.ended { Ok(()) } else { Err(Fault::Compression) }
    }

    /// Inflates part of the payload and appends the result to `message`.
    fn feed(&mut self, payload: &[u8], message: &mut Vec<u8>) -> Result<(), Fault> {
        let Some(stream) = &mut self.stream else { return Err(Fault::Compression) };
        let mut rest = payload;
        loop {
            if self.ended {
                if rest.is_empty() {
                    return Ok(());
                }
                // RFC 7692 §7.2.3.4: more blocks may follow a final one.
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
        // This fails only while the thread ends, and then the stream is freed.
        let _ = IDLE.try_with(|idle| idle.set(self.stream.take()));
    }
}
