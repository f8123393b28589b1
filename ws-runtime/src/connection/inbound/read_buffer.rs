//! The bytes that were read and are not decoded yet. It knows nothing of frames.

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

/// The buffer that all connections of a thread read into, in bytes. A larger frame is read into memory of its own. What comes in
/// powers of two fills 64 KiB but for its headers, and the last frame is not cut where there is room for these too.
pub(in crate::connection) const BUFFER: usize = (64 + 4) * 1024;

thread_local! {
    /// Nothing stays in it between two polls, so one serves every connection of the thread. Whoever reads takes it, so that
    /// a second one, should a handler run a connection of its own to its end, finds none and makes its own.
    static SHARED: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// What was read and is not decoded yet: while the task runs, in the buffer of its thread; while it waits, in memory of its
/// own that is as large as the start of a frame whose end has not arrived.
pub(in crate::connection) struct ReadBuffer {
    bytes: Vec<u8>,
    at: u32,
    end: u32,
    /// The bytes lie in the thread's buffer.
    shared: bool,
    /// They have not been looked at.
    fresh: bool,
    /// They have not been looked at, and are not to be yet.
    held: bool,
}

impl ReadBuffer {
    /// What came with the handshake.
    pub(in crate::connection) fn new(bytes: Vec<u8>) -> Self {
        let (end, fresh) = (length(bytes.len()), !bytes.is_empty());
        Self { bytes, at: 0, end, shared: false, fresh, held: false }
    }

    /// Whether there may be whole frames in it.
    #[inline]
    pub(in crate::connection) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// How much memory it has of its own, in bytes.
    #[inline]
    pub(in crate::connection) fn memory(&self) -> usize {
        if self.shared { 0 } else { self.bytes.capacity() }
    }

    /// Whether nothing is left.
    #[inline]
    pub(in crate::connection) fn is_empty(&self) -> bool {
        self.at == self.end
    }

    /// What is not decoded yet.
    #[inline]
    pub(in crate::connection) fn bytes(&mut self) -> &mut [u8] {
        &mut self.bytes[self.at as usize..self.end as usize]
    }

    /// Takes the first bytes, as many as there are at least.
    #[inline]
    pub(in crate::connection) fn take(&mut self, bytes: usize) -> &mut [u8] {
        let at = self.at as usize;
        self.at += length(bytes);
        &mut self.bytes[at..at + bytes]
    }

    /// All but the last `left` bytes are decoded.
    #[inline]
    pub(in crate::connection) fn advance(&mut self, left: usize) {
        self.at = self.end - length(left);
    }

    /// What is left waits until it is looked at again, and the thread's buffer is free for others.
    pub(in crate::connection) fn hold(&mut self) {
        self.keep();
        self.held = !self.is_empty();
    }

    /// Whether there may be whole frames in what waits.
    pub(in crate::connection) fn is_held(&self) -> bool {
        self.held
    }

    /// Looks again at what was held.
    pub(in crate::connection) fn resume(&mut self) {
        self.fresh |= std::mem::take(&mut self.held);
    }

    /// There is no whole frame left in it: the thread's buffer is free for others.
    pub(in crate::connection) fn keep(&mut self) {
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

    /// Drops all of it.
    pub(in crate::connection) fn clear(&mut self) {
        self.at = self.end;
        self.held = false;
        self.keep();
    }

    /// Reads once, behind what is kept; 0 is the end of the stream.
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

/// Nothing in here is larger than a buffer, or than what a request may bring.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("a buffer is smaller than 4 GiB")
}
