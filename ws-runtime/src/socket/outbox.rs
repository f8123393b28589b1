//! What is queued for one socket: frames that the stream has not taken yet, oldest first.

use std::{
    cell::Cell,
    collections::VecDeque,
    io,
    io::IoSlice,
    task::{Context, Poll},
};

use bytes::Bytes;

use super::transport::Writer;
use crate::{
    memory::SHARE,
    turn::{Work, spend},
};

/// How many pieces go into one write.
const PIECES: usize = 16;
/// The largest buffer that is kept for the next socket that has something to send, in bytes.
const KEEP: usize = 64 * 1024;

thread_local! {
    /// A buffer that lies idle on this thread, so that a socket keeps none between two wakes.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Queued bytes.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pieces: VecDeque<Piece>,
    /// Small frames, gathered.
    tail: Vec<u8>,
    /// How much of the first piece, or of the tail if there is none, is written.
    written: usize,
    len: usize,
    /// How much memory this queue alone holds, in bytes: what is written of a piece stays until all of it is.
    own: usize,
}

#[derive(Debug)]
struct Piece {
    bytes: Bytes,
    /// Whether the memory counts for this queue, rather than once for all that share it.
    own: bool,
}

impl Outbox {
    /// How many bytes are queued.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// How much memory counts for this queue, in bytes.
    pub(crate) fn own(&self) -> usize {
        self.own
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Lends the buffer for small frames; whatever is appended to it is queued.
    pub(crate) fn append(&mut self, fill: impl FnOnce(&mut Vec<u8>)) {
        if self.tail.capacity() == 0 {
            self.tail = SPARE.take();
        }
        let before = self.tail.len();
        fill(&mut self.tail);
        self.len += self.tail.len() - before;
        self.own += self.tail.len() - before;
    }

    /// Queues bytes where they lie, if they are not few. `own` is false where whoever made them counts them.
    pub(crate) fn push(&mut self, bytes: Bytes, own: bool) {
        if bytes.len() < SHARE {
            return self.append(|tail| tail.extend_from_slice(&bytes));
        }
        if !self.tail.is_empty() {
            // If the tail was the first piece, `written` keeps counting from its start.
            let tail = std::mem::take(&mut self.tail);
            self.pieces.push_back(Piece { bytes: tail.into(), own: true });
        }
        self.len += bytes.len();
        self.own += if own { bytes.len() } else { 0 };
        self.pieces.push_back(Piece { bytes, own });
    }

    /// Writes until everything is written or the stream takes no more, in which case the task is woken when it does.
    pub(crate) fn poll_write(&mut self, writer: &mut Writer, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write(|slices| writer.poll_slices(cx, slices))
    }

    /// Writes until everything is written or the stream takes no more.
    pub(crate) fn try_write(&mut self, writer: &mut Writer) -> io::Result<()> {
        let wrote = self.write(|slices| match writer.try_write(slices) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            written => Poll::Ready(written),
        });
        match wrote {
            Poll::Ready(wrote) => wrote,
            Poll::Pending => Ok(()),
        }
    }

    fn write(
        &mut self,
        mut write: impl FnMut(&[IoSlice<'_>]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<()>> {
        while self.len > 0 {
            spend(Work::Call);
            let written = if self.pieces.is_empty() {
                write(&[IoSlice::new(&self.tail[self.written..])])
            } else {
                let mut slices = [IoSlice::new(&[]); PIECES];
                let mut count = 0;
                let all = self.pieces.iter().map(|piece| &piece.bytes[..]).chain([&self.tail[..]]);
                for (slice, bytes) in slices.iter_mut().zip(all) {
                    *slice = IoSlice::new(if count == 0 { &bytes[self.written..] } else { bytes });
                    count += 1;
                }
                write(&slices[..count])
            };
            match written {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(written)) => self.advance(written),
                Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(()))
    }

    fn advance(&mut self, written: usize) {
        spend(Work::Moved(written));
        self.len -= written;
        self.written += written;
        while let Some(first) = self.pieces.front()
            && self.written >= first.bytes.len()
        {
            self.written -= first.bytes.len();
            self.own -= if first.own { first.bytes.len() } else { 0 };
            self.pieces.pop_front();
        }
        if self.len == 0 {
            self.clear();
        }
    }

    /// Drops everything and keeps no memory.
    pub(crate) fn clear(&mut self) {
        let mut tail = std::mem::take(&mut self.tail);
        *self = Self::default();
        if tail.capacity() <= KEEP {
            tail.clear();
            SPARE.set(tail);
        }
    }
}
