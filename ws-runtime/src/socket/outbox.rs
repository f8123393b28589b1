//! The queue of one socket: frames that the stream has not accepted yet, oldest first.

use std::{
    cell::Cell,
    collections::VecDeque,
    io,
    io::IoSlice,
    task::{Context, Poll},
};

use super::transport::Writer;
use crate::{
    memory::{Chunk, SHARE},
    turn::{Work, spend},
};

/// The number of pieces in one vectored write.
const PIECES: usize = 16;
/// From this size on, in bytes, collected frames become a piece of their own, which is dropped once it is written. A
/// queue that never becomes empty therefore does not keep the bytes it has sent.
const BLOCK: usize = 32 * 1024;
/// The maximum size of a buffer that is kept for reuse, in bytes.
const KEEP: usize = 64 * 1024;
/// The maximum spare capacity of a waiting socket's buffer, in addition to as much as it holds, in bytes.
const SPARE_ROOM: usize = 512;

thread_local! {
    /// An idle buffer of this thread, so that a socket holds none between two wake-ups.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Queued bytes.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pieces: VecDeque<Piece>,
    /// Small frames, collected.
    tail: Vec<u8>,
    /// The number of written bytes of the first piece, or of the tail if there is none.
    written: usize,
    len: usize,
    /// The memory of the pieces that do not count themselves, in bytes. A piece stays until all of it is written.
    own: usize,
}

#[derive(Debug)]
struct Piece {
    chunk: Chunk,
    /// The memory that this queue counts for the piece, in bytes.
    own: usize,
}

impl Outbox {
    /// Returns the number of queued bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Returns the memory of this queue in bytes, including capacity and written bytes, without its shared chunks,
    /// which count themselves.
    ///
    /// The spare buffer of a thread counts for a queue as far as it is filled; [`compact`](Self::compact) returns it.
    pub(crate) fn memory(&self) -> usize {
        let tail = self.tail.capacity().min(2 * self.tail.len());
        self.own + tail + self.pieces.capacity() * size_of::<Piece>()
    }

    /// Returns its share of chunks that it shares with others, in bytes.
    pub(crate) fn share(&self) -> usize {
        self.pieces.iter().map(|piece| piece.chunk.share()).sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Lends the buffer for small frames; everything appended to it is queued.
    pub(crate) fn append(&mut self, fill: impl FnOnce(&mut Vec<u8>)) {
        if self.tail.capacity() == 0 {
            self.tail = SPARE.take();
        } else if self.tail.len() >= BLOCK {
            self.seal();
        }
        let before = self.tail.len();
        fill(&mut self.tail);
        self.len += self.tail.len() - before;
    }

    /// Queues a chunk, which is shared if it is large.
    pub(crate) fn push(&mut self, chunk: Chunk) {
        if chunk.len() < SHARE {
            return self.append(|tail| tail.extend_from_slice(&chunk));
        }
        self.seal();
        self.len += chunk.len();
        let own = chunk.uncounted_len();
        self.own += own;
        self.pieces.push_back(Piece { chunk, own });
    }

    /// Turns the collected frames into a piece. If they were first, `written` keeps counting from their start.
    fn seal(&mut self) {
        if self.tail.is_empty() {
            return;
        }
        let tail = std::mem::take(&mut self.tail);
        let own = tail.capacity();
        self.own += own;
        self.pieces.push_back(Piece { chunk: Chunk::uncounted(tail.into()), own });
    }

    /// Releases memory that a waiting queue does not need: written bytes of the collected frames, and spare capacity.
    pub(crate) fn compact(&mut self) {
        let written = if self.pieces.is_empty() { self.written } else { 0 };
        let left = self.tail.len() - written;
        if self.tail.capacity() > 2 * left + SPARE_ROOM {
            let small = self.tail[written..].to_vec();
            self.written -= written;
            recycle(std::mem::replace(&mut self.tail, small));
        }
        if self.pieces.capacity() > 2 * self.pieces.len() + PIECES {
            self.pieces.shrink_to_fit();
        }
    }

    /// Writes until everything is written or the stream accepts no more; then the task is woken when it does.
    pub(crate) fn poll_write(&mut self, writer: &mut Writer, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write(|slices| writer.poll_slices(cx, slices))
    }

    /// Writes until everything is written or the stream accepts no more.
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
                let all = self.pieces.iter().map(|piece| &piece.chunk[..]).chain([&self.tail[..]]);
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
            && self.written >= first.chunk.len()
        {
            self.written -= first.chunk.len();
            self.own -= first.own;
            self.pieces.pop_front();
        }
        if self.len == 0 {
            self.clear();
        }
    }

    /// Drops everything and holds no memory.
    pub(crate) fn clear(&mut self) {
        let tail = std::mem::take(&mut self.tail);
        *self = Self::default();
        recycle(tail);
    }
}

/// Keeps a buffer for the next socket of this thread.
fn recycle(mut buffer: Vec<u8>) {
    if (1..=KEEP).contains(&buffer.capacity()) {
        buffer.clear();
        SPARE.set(buffer);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::memory::Outbound;

    /// Writes this many bytes for each call of the stream.
    fn write(outbox: &mut Outbox, bytes: usize) {
        let mut left = bytes;
        let written = outbox.write(|slices| {
            if left == 0 {
                return Poll::Pending;
            }
            let offered: usize = slices.iter().map(|slice| slice.len()).sum();
            let taken = offered.min(left);
            left -= taken;
            Poll::Ready(Ok(taken))
        });
        assert!(left == 0 && !matches!(written, Poll::Ready(Err(_))), "{bytes} bytes were queued");
    }

    #[test]
    fn queue_that_never_runs_empty_does_not_keep_what_went_through() {
        for (what, frame, often) in [("tiny", 1, 500_000), ("small", 700, 20_000), ("large", 20_000, 1000)] {
            let mut outbox = Outbox::default();
            outbox.append(|tail| tail.extend_from_slice(b"behind"));
            let mut most = 0;
            for _ in 0..often {
                outbox.append(|tail| tail.resize(tail.len() + frame, 7));
                write(&mut outbox, frame);
                most = most.max(outbox.memory());
            }
            assert_eq!(outbox.len(), 6, "{what}");
            assert!(most <= 2 * (BLOCK + frame) + 4096, "{what}: {most}");
            outbox.compact();
            assert!(outbox.memory() <= SPARE_ROOM, "{what}: {}", outbox.memory());
        }
    }

    #[test]
    fn memory_counts_capacity_and_what_is_written_of_a_piece() {
        let mut outbox = Outbox::default();
        outbox.push(Chunk::uncounted(Bytes::from(vec![7; 100_000])));
        write(&mut outbox, 99_999);
        assert!(outbox.len() == 1 && outbox.memory() >= 100_000);
        write(&mut outbox, 1);
        assert_eq!(outbox.memory(), 0);
    }

    #[test]
    fn shared_chunk_counts_itself_and_its_share() {
        let (outbound, mut outbox) = (Outbound::new(usize::MAX), Outbox::default());
        let chunk = Chunk::shared(Bytes::from(vec![7; 100_000]), &outbound);
        outbox.push(chunk.clone());
        assert!(outbox.memory() < 1000);
        assert_eq!((outbox.share(), outbound.total()), (50_000, 100_000));
        drop(chunk);
        assert_eq!(outbox.share(), 100_000);
        outbox.clear();
        assert_eq!(outbound.total(), 0);
    }

    #[test]
    fn bytes_stay_in_order_over_blocks_and_compaction() {
        let mut outbox = Outbox::default();
        let (mut said, mut heard) = (Vec::new(), Vec::new());
        for round in 0..2000_usize {
            let frame = vec![u8::try_from(round % 251).unwrap(); 1 + round * 37 % 3000];
            if round % 7 == 0 {
                outbox.push(Chunk::uncounted(Bytes::from(vec![9; SHARE])));
                said.extend_from_slice(&[9; SHARE]);
            }
            said.extend_from_slice(&frame);
            outbox.append(|tail| tail.extend_from_slice(&frame));
            let mut left = 2500;
            let _ = outbox.write(|slices| {
                let taken = slices[0].len().min(left);
                left -= taken;
                heard.extend_from_slice(&slices[0][..taken]);
                if taken == 0 { Poll::Pending } else { Poll::Ready(Ok(taken)) }
            });
            outbox.compact();
        }
        let _ = outbox.write(|slices| {
            heard.extend_from_slice(&slices[0]);
            Poll::Ready(Ok(slices[0].len()))
        });
        assert!(heard == said);
    }
}
