//! The outbound queue of a socket: the bytes that the stream has not accepted yet, oldest first.

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

/// The maximum number of pieces in one vectored write.
const PIECES: usize = 16;
/// The size from which collected frames become a separate piece, in bytes. A piece is dropped once it is written, so
/// that a queue that never becomes empty does not keep the bytes it has sent.
const BLOCK: usize = 32 * 1024;
/// The maximum capacity of a buffer that a thread keeps for reuse, in bytes.
const KEEP: usize = 64 * 1024;
/// The maximum spare capacity of a waiting socket's buffer, in bytes. As much again as the buffer holds is permitted in
/// addition.
const SPARE_ROOM: usize = 512;

thread_local! {
    /// An idle buffer that the sockets of this thread share, so that a waiting socket needs no buffer.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The queued bytes of a socket: pieces, followed by the tail.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pieces: VecDeque<Piece>,
    /// Small frames, collected in one buffer.
    tail: Vec<u8>,
    /// How many bytes of the first piece are written, or of the tail if there are no pieces.
    written: usize,
    len: usize,
    /// The memory of the pieces that are not shared, in bytes. A piece counts in full until all of it is written.
    own: usize,
}

#[derive(Debug)]
struct Piece {
    chunk: Chunk,
    /// The memory that this queue counts for the piece, in bytes. Shared chunks count themselves.
    own: usize,
}

impl Outbox {
    /// Returns the number of queued bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Returns the memory of this queue, in bytes. Capacity and written bytes are included, shared chunks are not,
    /// because they count themselves.
    ///
    /// The buffer of the tail counts only as far as it is filled, because [`compact`](Self::compact) returns the rest
    /// to the thread.
    pub(crate) fn memory(&self) -> usize {
        let tail = self.tail.capacity().min(2 * self.tail.len());
        self.own + tail + self.pieces.capacity() * size_of::<Piece>()
    }

    /// Returns the share in chunks that are shared with other queues, in bytes.
    pub(crate) fn share(&self) -> usize {
        self.pieces.iter().map(|piece| piece.chunk.share()).sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Lends the buffer for small frames. All bytes appended to it are queued.
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

    /// Queues a chunk. A small chunk is copied.
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

    /// Turns the tail into a piece. `written` stays valid: if there were no pieces, it now refers to this one.
    fn seal(&mut self) {
        if self.tail.is_empty() {
            return;
        }
        let tail = std::mem::take(&mut self.tail);
        let own = tail.capacity();
        self.own += own;
        self.pieces.push_back(Piece { chunk: Chunk::uncounted(tail.into()), own });
    }

    /// Frees memory that a waiting queue does not need: written bytes of the tail, and spare capacity.
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

    /// Writes until the queue is empty or the stream accepts no more. In the second case, the task is woken when the
    /// stream accepts more.
    pub(crate) fn poll_write(&mut self, writer: &mut Writer, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write(|slices| writer.poll_slices(cx, slices))
    }

    /// Writes until the queue is empty or the stream accepts no more.
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

    /// Drops all queued bytes and frees the memory.
    pub(crate) fn clear(&mut self) {
        recycle(std::mem::take(&mut self.tail));
        if self.pieces.capacity() > 0 {
            self.pieces = VecDeque::new();
        }
        (self.written, self.len, self.own) = (0, 0, 0);
    }
}

/// Keeps a buffer for reuse by this thread.
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

    /// Writes `bytes` queued bytes, to a stream that then accepts no more.
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
    fn queue_that_never_empties_drops_written_bytes() {
        for (label, frame, rounds) in [("tiny", 1, 500_000), ("small", 700, 20_000), ("large", 20_000, 1000)]
        {
            let mut outbox = Outbox::default();
            outbox.append(|tail| tail.extend_from_slice(b"behind"));
            let mut most = 0;
            for _ in 0..rounds {
                outbox.append(|tail| tail.resize(tail.len() + frame, 7));
                write(&mut outbox, frame);
                most = most.max(outbox.memory());
            }
            assert_eq!(outbox.len(), 6, "{label}");
            assert!(most <= 2 * (BLOCK + frame) + 4096, "{label}: {most}");
            outbox.compact();
            assert!(outbox.memory() <= SPARE_ROOM, "{label}: {}", outbox.memory());
        }
    }

    #[test]
    fn partly_written_piece_counts_in_full() {
        let mut outbox = Outbox::default();
        outbox.push(Chunk::uncounted(Bytes::from(vec![7; 100_000])));
        write(&mut outbox, 99_999);
        assert!(outbox.len() == 1 && outbox.memory() >= 100_000);
        write(&mut outbox, 1);
        assert_eq!(outbox.memory(), 0);
    }

    #[test]
    fn shared_chunk_is_counted_once_and_divided_into_shares() {
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
        let (mut queued, mut written) = (Vec::new(), Vec::new());
        for round in 0..2000_usize {
            let frame = vec![u8::try_from(round % 251).unwrap(); 1 + round * 37 % 3000];
            if round % 7 == 0 {
                outbox.push(Chunk::uncounted(Bytes::from(vec![9; SHARE])));
                queued.extend_from_slice(&[9; SHARE]);
            }
            queued.extend_from_slice(&frame);
            outbox.append(|tail| tail.extend_from_slice(&frame));
            let mut left = 2500;
            let _ = outbox.write(|slices| {
                let taken = slices[0].len().min(left);
                left -= taken;
                written.extend_from_slice(&slices[0][..taken]);
                if taken == 0 { Poll::Pending } else { Poll::Ready(Ok(taken)) }
            });
            outbox.compact();
        }
        let _ = outbox.write(|slices| {
            written.extend_from_slice(&slices[0]);
            Poll::Ready(Ok(slices[0].len()))
        });
        assert!(written == queued);
    }
}
