//! Messages made whole again (RFC 7692 §7.2.2), never larger than they may be.

use std::cell::Cell;

use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};

use super::deflater::TAIL;
use crate::{
    turn::{Work, spend},
    wire::{Deflated, Fault, Message, decoder::message},
};

/// The largest buffer that a thread keeps for messages that are being inflated, in bytes.
const KEPT: usize = 64 * 1024;
/// The least that a message grows by, in bytes.
const STEP: usize = 1024;
/// An empty block that is said to be the last one (RFC 1951 §3.2.6): after it, a stream has ended.
const END: [u8; 2] = [0x03, 0x00];
/// How often a message may end the stream within itself (RFC 7692 §7.2.3.4). Each beginning has its price, and no deflater does
/// it more than once a flush.
const MAX_ENDS: u32 = 64;

thread_local! {
    /// A stream for whoever inflates next: it is some forty kilobytes.
    static IDLE: Cell<Option<Box<Decompress>>> = const { Cell::new(None) };
    /// Where messages are inflated that come whole.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// How many bytes of a frame a message of at most `limit` bytes may take: what cannot be made smaller becomes larger, and a
/// deflater that is pressed for memory makes it so by up to a seventh (zlib's `deflateBound`).
pub(in crate::wire) fn most_on_wire(limit: usize) -> usize {
    limit.saturating_add(limit / 7).saturating_add(64)
}

/// The inbound half of one connection's compression.
#[derive(Debug)]
pub(crate) struct Inflater {
    /// How many bytes of earlier messages the next one may refer to.
    window: usize,
    /// Those bytes. Kept instead of a stream, it takes no more than the peer has sent.
    history: Vec<u8>,
}

/// One message that is being inflated. The stream that it borrows goes back to its thread in any case.
struct Inflation<'a> {
    inflater: &'a Inflater,
    stream: Option<Box<Decompress>>,
    /// The stream has said that it ended, which a message's end is not.
    ended: bool,
    ends: u32,
    /// The longest that the message may become, in bytes.
    most: usize,
}

impl Inflater {
    pub(crate) fn new(window: usize) -> Self {
        Self { window, history: Vec::new() }
    }

    /// Makes a message whole again. One that fails changes nothing here.
    ///
    /// # Errors
    /// [`Fault::TooLong`] if it is longer than `limit`, in bytes: beyond that nothing is inflated but what the buffer at hand has
    /// room for.
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

    /// What later messages may refer to.
    #[cfg(test)]
    pub(super) fn kept(&self) -> &[u8] {
        &self.history
    }

    /// Has a stream begin anew, with what the peer may refer to behind it.
    fn restart(&self, stream: &mut Decompress, message: &[u8]) {
        stream.reset(false);
        // Nothing refers further back than this (RFC 1951 §2).
        let message = &message[message.len().saturating_sub(1 << 15)..];
        for past in [&self.history[..], message] {
            if !past.is_empty() {
                // It fails on streams with a header alone, which this is not.
                let _ = stream.set_dictionary(past);
            }
        }
    }

    /// Remembers what later messages may refer to.
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

    /// Inflates all of a message (RFC 7692 §7.2.2): behind what the sender left out, a block has ended.
    fn inflate(mut self, payload: &[u8], message: &mut Vec<u8>) -> Result<(), Fault> {
        self.feed(payload, message)?;
        self.feed(&TAIL, message)?;
        // A message that breaks off inside a block would have taken these bytes for its own.
        self.feed(&END, message)?;
        if self.ended { Ok(()) } else { Err(Fault::Compression) }
    }

    /// Inflates a part, behind what `message` holds.
    fn feed(&mut self, payload: &[u8], message: &mut Vec<u8>) -> Result<(), Fault> {
        let Some(stream) = &mut self.stream else { return Err(Fault::Compression) };
        let mut rest = payload;
        loop {
            if self.ended {
                if rest.is_empty() {
                    return Ok(());
                }
                // RFC 7692 §7.2.3.4: a block may be called the last one, and others follow.
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
        // A thread that is ending keeps nothing.
        let _ = IDLE.try_with(|idle| idle.set(self.stream.take()));
    }
}
