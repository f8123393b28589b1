//! Bytes that were read and are not decoded yet. Knows nothing about frames.

use std::{
    cell::Cell,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, ReadBuf};

use crate::{
    socket::Reader,
    turn::{Work, spend},
};

/// The size of the buffer that all connections of a thread read into, in bytes. A larger frame is read into memory of
/// its own. Frames of sizes in powers of two fill 64 KiB except for their headers, and the extra space keeps the last
/// one from being cut.
pub(in crate::connection) const BUFFER: usize = (64 + 4) * 1024;

thread_local! {
    /// Nothing stays in it between two polls, so one serves every connection of the thread. A reader takes it; if a
    /// handler drives another connection on the same thread, that one finds none and allocates its own.
    static SHARED: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Undecoded input: while the task runs, in the buffer of its thread; while it waits, in memory of its own, just large
/// enough for the start of an incomplete frame.
pub(in crate::connection) struct ReadBuffer {
    bytes: Vec<u8>,
    at: u32,
    end: u32,
    /// True if the bytes are in the buffer of the thread.
    shared: bool,
    /// True if the bytes have not been examined.
    fresh: bool,
    /// Decoding is paused until the queue drains.
    held: bool,
}

impl ReadBuffer {
    /// The bytes that came with the handshake.
    pub(in crate::connection) fn new(bytes: Vec<u8>) -> Self {
        let (end, fresh) = (length(bytes.len()), !bytes.is_empty());
        Self { bytes, at: 0, end, shared: false, fresh, held: false }
    }

    /// Returns true if it may contain complete frames.
    #[inline]
    pub(in crate::connection) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Returns the memory of its own, in bytes.
    #[inline]
    pub(in crate::connection) fn memory(&self) -> usize {
        if self.shared { 0 } else { self.bytes.capacity() }
    }

    /// Returns true if nothing is left.
    #[inline]
    pub(in crate::connection) fn is_empty(&self) -> bool {
        self.at == self.end
    }

    /// Returns the undecoded bytes.
    #[inline]
    pub(in crate::connection) fn bytes(&mut self) -> &mut [u8] {
        &mut self.bytes[self.at as usize..self.end as usize]
    }

    /// Takes the first bytes; at least that many are present.
    #[inline]
    pub(in crate::connection) fn take(&mut self, bytes: usize) -> &mut [u8] {
        let at = self.at as usize;
        self.at += length(bytes);
        &mut self.bytes[at..at + bytes]
    }

    /// Marks all but the last `left` bytes as decoded.
    #[inline]
    pub(in crate::connection) fn advance(&mut self, left: usize) {
        self.at = self.end - length(left);
    }

    /// Keeps the rest until it is examined again, and frees the buffer of the thread.
    pub(in crate::connection) fn hold(&mut self) {
        self.set_aside();
        self.held = !self.is_empty();
    }

    /// Returns true if the kept bytes may contain complete frames.
    pub(in crate::connection) fn is_held(&self) -> bool {
        self.held
    }

    /// Examines the kept bytes again.
    pub(in crate::connection) fn resume(&mut self) {
        self.fresh |= std::mem::take(&mut self.held);
    }

    /// No complete frame is left: the buffer of the thread is free for others.
    pub(in crate::connection) fn set_aside(&mut self) {
        self.fresh = false;
        if self.shared || self.at > 0 {
            let rest = if self.is_empty() { Vec::new() } else { self.bytes().to_vec() };
            (self.at, self.end) = (0, length(rest.len()));
            let buffer = std::mem::replace(&mut self.bytes, rest);
            if std::mem::take(&mut self.shared) {
                SHARED.set(buffer);
            }
        }
    }

    /// Drops all bytes.
    pub(in crate::connection) fn clear(&mut self) {
        self.at = self.end;
        self.held = false;
        self.set_aside();
    }

    /// Reads once, behind the kept bytes; 0 is the end of the stream.
    pub(in crate::connection) fn poll_fill(
        &mut self,
        reader: &mut Reader,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        debug_assert!(!self.shared, "what was read before is decoded first");
        let mut buffer = SHARED.take();
        if buffer.is_empty() {
            buffer = vec![0; BUFFER];
        }
        let kept = self.bytes.len();
        buffer[..kept].copy_from_slice(&self.bytes);
        let mut target = ReadBuf::new(&mut buffer[kept..]);
        let polled = Pin::new(reader).poll_read(cx, &mut target);
        let read = target.filled().len();
        spend(Work::Call);
        spend(Work::Moved(read));
        if read == 0 {
            SHARED.set(buffer);
        } else {
            (self.bytes, self.at, self.end) = (buffer, 0, length(kept + read));
            (self.shared, self.fresh) = (true, true);
        }
        ready!(polled)?;
        Poll::Ready(Ok(read))
    }
}

/// Nothing in here is larger than a buffer, or than the input that a request may bring.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("a buffer is smaller than 4 GiB")
}
