//! Bytes that were read and are not decoded yet.

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

/// The size of the buffer that all connections of a thread read into, in bytes. A larger frame is read into a separate
/// buffer. Frames whose payloads are powers of two fill 64 KiB except for their headers. The extra space avoids cutting
/// the last frame.
pub(in crate::connection) const BUFFER: usize = (64 + 4) * 1024;

thread_local! {
    /// The buffer of the thread. It is empty between polls, so all connections of the thread can share it. A connection
    /// takes it while it reads and decodes. If a handler polls another connection meanwhile, that connection allocates
    /// its own.
    static SHARED: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Undecoded input. While the task runs, it is in the buffer of the thread. While the task waits, it is in a separate
/// buffer, just large enough for the start of an incomplete frame.
pub(in crate::connection) struct ReadBuffer {
    bytes: Vec<u8>,
    at: u32,
    end: u32,
    /// True if the bytes are in the buffer of the thread.
    shared: bool,
    /// True if the bytes may contain complete frames.
    fresh: bool,
    /// True if decoding is paused, and the bytes may contain complete frames.
    held: bool,
}

impl ReadBuffer {
    /// Creates a buffer with the bytes that the client sent right after its handshake.
    pub(in crate::connection) fn new(bytes: Vec<u8>) -> Self {
        let (end, fresh) = (length(bytes.len()), !bytes.is_empty());
        Self { bytes, at: 0, end, shared: false, fresh, held: false }
    }

    /// Returns true if the buffer may contain complete frames.
    #[inline]
    pub(in crate::connection) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Returns the memory held outside of the thread's buffer, in bytes.
    #[inline]
    pub(in crate::connection) fn memory(&self) -> usize {
        if self.shared { 0 } else { self.bytes.capacity() }
    }

    /// Returns true if all bytes are decoded.
    #[inline]
    pub(in crate::connection) fn is_empty(&self) -> bool {
        self.at == self.end
    }

    /// Returns the undecoded bytes.
    #[inline]
    pub(in crate::connection) fn bytes(&mut self) -> &mut [u8] {
        &mut self.bytes[self.at as usize..self.end as usize]
    }

    /// Removes and returns the first `bytes` bytes. The buffer must contain that many.
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

    /// Pauses decoding: keeps the rest, and frees the thread's buffer.
    pub(in crate::connection) fn hold(&mut self) {
        self.set_aside();
        self.held = !self.is_empty();
    }

    /// Returns true if decoding is paused.
    pub(in crate::connection) fn is_held(&self) -> bool {
        self.held
    }

    /// Resumes decoding of the kept bytes.
    pub(in crate::connection) fn resume(&mut self) {
        self.fresh |= std::mem::take(&mut self.held);
    }

    /// Records that no complete frame is left. The rest is copied, and the thread's buffer is free.
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

    /// Reads once, and appends to the kept bytes. Returns the number of bytes read, 0 at the end of the stream.
    pub(in crate::connection) fn poll_fill(
        &mut self,
        reader: &mut Reader,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        debug_assert!(!self.shared, "earlier bytes are decoded first");
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

/// Converts a length. No buffer is larger than the read buffer or the head of a request.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("a buffer is smaller than 4 GiB")
}
