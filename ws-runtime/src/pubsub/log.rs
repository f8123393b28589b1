//! The log of a topic: published frames, as shared bytes, that some subscriber has not received yet.

use std::{collections::VecDeque, sync::Arc};

use bytes::{Bytes, BytesMut};

use super::FrameRef;
use crate::memory::{Chunk, Outbound, SHARE};

/// The size of a block for small frames, in bytes.
const BLOCK: usize = 8 * 1024;

/// The maximum size of a joined piece, in bytes. Small frames are joined, so that each subscriber receives them in one
/// plain write.
const JOINED: usize = 4 * 1024;

/// Published frames, oldest first. Positions are byte counts since the topic was created, so they never change.
#[derive(Debug)]
pub(crate) struct Log {
    /// The shareable pieces of the log, each with the position of its first byte.
    pieces: VecDeque<LogPiece>,
    /// The newest frames. More frames can still be appended to them.
    tail: BytesMut,
    entries: VecDeque<FrameRecord>,
    /// The number of entries since the topic was created.
    count: u64,
    end: u64,
    /// The total that counts the memory of the log.
    outbound: Arc<Outbound>,
    /// The memory of keys, and of pieces that are not counted elsewhere, in bytes.
    own: usize,
    /// The part of the total that is counted for the log, in bytes.
    counted: usize,
}

#[derive(Clone, Debug)]
struct LogPiece {
    at: u64,
    chunk: Chunk,
    /// The memory counted for the piece, in bytes: its data and the unused rest of its block.
    own: usize,
}

/// The position and the recipients of one frame.
#[derive(Clone, Debug)]
struct FrameRecord {
    /// The number of the frame among all frames of the shard.
    order: u64,
    at: u64,
    end: u64,
    /// The id of the socket that must not receive the frame; 0 if there is none.
    not_to: u64,
    /// The key of which this frame is the latest message, or `None` if it has no key.
    key: Option<Arc<str>>,
}

/// A complete frame that was read from a log.
#[derive(Debug)]
pub(crate) struct LogEntry {
    pub(crate) order: u64,
    pub(crate) key: Option<Arc<str>>,
    pub(crate) chunk: Chunk,
}

/// The pieces of one log, to be written to several subscribers.
#[derive(Debug, Default)]
pub(crate) struct LogView {
    pieces: Vec<LogPiece>,
    end: u64,
    count: u64,
}

/// The position of a subscriber in one log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    /// The position of the first byte that the subscriber has not received.
    pub(crate) at: u64,
    /// The number of the first entry that the subscriber has not received.
    pub(crate) count: u64,
    /// The end of the last entry that the subscriber published itself and must skip.
    pub(crate) own: u64,
}

impl Log {
    pub(crate) fn new(outbound: Arc<Outbound>) -> Self {
        Self {
            pieces: VecDeque::new(),
            tail: BytesMut::new(),
            entries: VecDeque::new(),
            count: 0,
            end: 0,
            outbound,
            own: 0,
            counted: 0,
        }
    }

    /// Returns the position after the last frame.
    pub(crate) fn end(&self) -> Position {
        Position { at: self.end, count: self.count, own: 0 }
    }

    /// Returns the number of bytes in the frames of the log.
    pub(crate) fn len(&self) -> u64 {
        self.end - self.entries.front().map_or(self.end, |entry| entry.at)
    }

    /// Returns the counted memory in bytes, which includes unused capacity.
    pub(crate) fn memory(&self) -> usize {
        self.counted
    }

    /// Updates the total with the memory of the log, except shared pieces, which are counted once for all their
    /// holders.
    fn recount(&mut self) {
        let entries = self.entries.capacity() * size_of::<FrameRecord>();
        let pieces = self.pieces.capacity() * size_of::<LogPiece>();
        let held = self.tail.capacity() + self.own + entries + pieces;
        if held != self.counted {
            self.outbound.change(self.counted, held);
            self.counted = held;
        }
    }

    /// Appends a frame. Returns the position after it.
    pub(crate) fn append(&mut self, order: u64, not_to: u64, parcel: FrameRef<'_>) -> u64 {
        let FrameRef { head, rest, key } = parcel;
        let at = self.end;
        if self.tail.capacity() - self.tail.len() < head.len() {
            self.seal();
            // The block is freed with its last piece, so that piece accounts for the unused rest.
            let left = self.tail.capacity();
            if let Some(last) = self.pieces.back_mut() {
                last.own += left;
                self.own += left;
            }
            self.tail = BytesMut::with_capacity(BLOCK.max(head.len()));
        }
        self.tail.extend_from_slice(head);
        self.end += head.len() as u64;
        if let Some(rest) = rest {
            self.seal();
            self.push(self.end, rest.clone());
            self.end += rest.len() as u64;
        }
        self.own += key.map_or(0, |key| key.len());
        self.entries.push_back(FrameRecord { order, at, end: self.end, not_to, key: key.cloned() });
        self.count += 1;
        self.recount();
        self.end
    }

    fn push(&mut self, at: u64, chunk: Chunk) {
        let own = chunk.uncounted_len();
        self.own += own;
        self.pieces.push_back(LogPiece { at, chunk, own });
    }

    /// Turns the appended frames into a shareable piece.
    fn seal(&mut self) {
        if self.tail.is_empty() {
            return;
        }
        let bytes = self.tail.split().freeze();
        match self.pieces.back_mut() {
            Some(last) if last.chunk.len() + bytes.len() <= JOINED => {
                let joined: Bytes = [&last.chunk[..], &bytes].concat().into();
                self.own += joined.len() - last.own;
                last.own = joined.len();
                last.chunk = Chunk::uncounted(joined);
            }
            _ => {
                let at = self.end - bytes.len() as u64;
                let chunk = if bytes.len() < SHARE {
                    Chunk::uncounted(bytes)
                } else {
                    Chunk::shared(bytes, &self.outbound)
                };
                self.push(at, chunk);
            }
        }
    }

    /// Stores all frames of the log in `window`, which must be empty or a view of this log.
    pub(crate) fn window(&mut self, window: &mut LogView) {
        if window.count == self.count {
            return;
        }
        self.seal();
        window.pieces.clear();
        window.pieces.extend(self.pieces.iter().cloned());
        window.end = self.end;
        window.count = self.count;
    }

    /// Drops the frames before `at`, which every subscriber has received.
    pub(crate) fn trim(&mut self, at: u64) {
        while let Some(entry) = self.entries.front()
            && entry.end <= at
        {
            self.own -= entry.key.as_ref().map_or(0, |key| key.len());
            self.entries.pop_front();
        }
        while let Some(piece) = self.pieces.front()
            && piece.at + piece.chunk.len() as u64 <= at
        {
            self.own -= piece.own;
            self.pieces.pop_front();
        }
        if self.entries.is_empty() {
            // An idle topic holds no memory.
            (self.pieces, self.tail, self.entries) = Default::default();
            self.own = 0;
        }
        self.recount();
    }

    /// Yields the frames from `position` on and advances the position. Skips the frames published by `me`, and stops at
    /// the first whose number exceeds `limit`. Adjacent frames are yielded together, under the number of the first,
    /// unless `apart` is set.
    pub(crate) fn read(
        &mut self,
        position: &mut Position,
        me: u64,
        limit: u64,
        apart: bool,
        mut take: impl FnMut(u64, Chunk),
    ) {
        self.seal();
        let first = self.count - self.entries.len() as u64;
        let skip = usize::try_from(position.count.saturating_sub(first)).unwrap_or(usize::MAX);
        let mut run: Option<(u64, u64, u64)> = None;
        let mut give = |(order, at, end): (u64, u64, u64)| {
            slices(self.pieces.iter(), at, end, |piece, from, to| take(order, piece.slice(from..to)));
        };
        for entry in self.entries.iter().skip(skip).take_while(|entry| entry.order <= limit) {
            position.at = entry.end;
            position.count += 1;
            if entry.not_to != me {
                match &mut run {
                    Some((_, _, end)) if *end == entry.at && !apart => *end = entry.end,
                    _ => {
                        if let Some(run) = run.replace((entry.order, entry.at, entry.end)) {
                            give(run);
                        }
                    }
                }
            }
        }
        if let Some(run) = run {
            give(run);
        }
    }
}

impl Log {
    /// Yields the frames that [`read`](Self::read) would yield, each complete and separate.
    pub(crate) fn frames(
        &mut self,
        position: &mut Position,
        me: u64,
        limit: u64,
        mut take: impl FnMut(LogEntry),
    ) {
        self.seal();
        let first = self.count - self.entries.len() as u64;
        let skip = usize::try_from(position.count.saturating_sub(first)).unwrap_or(usize::MAX);
        for entry in self.entries.iter().skip(skip).take_while(|entry| entry.order <= limit) {
            position.at = entry.end;
            position.count += 1;
            if entry.not_to == me {
                continue;
            }
            let mut whole: Option<Chunk> = None;
            slices(self.pieces.iter(), entry.at, entry.end, |piece, from, to| {
                let part = piece.slice(from..to);
                whole = Some(match whole.take() {
                    Some(before) => Chunk::uncounted([&before[..], &part[..]].concat().into()),
                    None => part,
                });
            });
            if let Some(chunk) = whole {
                take(LogEntry { order: entry.order, key: entry.key.clone(), chunk });
            }
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.outbound.change(self.counted, 0);
    }
}

impl LogView {
    /// Returns the position after the last frame.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Returns the number of pieces.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Advances `position` to the end of the view and yields the bytes in between.
    pub(crate) fn since<'a>(&'a self, position: &mut Position, mut take: impl FnMut(&'a Chunk, usize)) {
        slices(self.pieces.iter(), position.at, self.end, |piece, from, _| take(piece, from));
        position.at = self.end;
        position.count = self.count;
    }
}

/// Yields the range `at..end` of consecutive pieces.
fn slices<'a>(
    pieces: impl Iterator<Item = &'a LogPiece>,
    at: u64,
    end: u64,
    mut take: impl FnMut(&'a Chunk, usize, usize),
) {
    for piece in pieces {
        let length = piece.chunk.len() as u64;
        let from = at.saturating_sub(piece.at);
        let to = end.saturating_sub(piece.at).min(length);
        if from < to {
            // Both bounds are at most the length of the piece, which is a `usize`.
            #[expect(clippy::cast_possible_truncation, reason = "bounded by a length in memory")]
            take(&piece.chunk, from as usize, to as usize);
        }
    }
}
