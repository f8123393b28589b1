//! The frames of one topic that somebody has not got yet, as bytes that are shared by all who get them.

use std::{collections::VecDeque, sync::Arc};

use bytes::{Bytes, BytesMut};

use super::Parcel;
use crate::memory::{Chunk, Outbound, SHARE};

/// How much is set aside for small frames at a time, in bytes.
const BLOCK: usize = 8 * 1024;

/// Up to this many bytes, small frames are joined into one piece, which each subscriber gets by one plain write.
const JOINED: usize = 4 * 1024;

/// Published frames, oldest first. Positions are byte counts since the topic began, so they never move.
#[derive(Debug)]
pub(crate) struct Log {
    /// What can be shared: each piece with the position of its first byte.
    pieces: VecDeque<Piece>,
    /// What came last and is still appended to.
    tail: BytesMut,
    entries: VecDeque<Entry>,
    /// How many entries were ever made.
    count: u64,
    end: u64,
    /// Where the memory of the log counts.
    outbound: Arc<Outbound>,
    /// The memory of the keys, and of the pieces that do not count themselves, in bytes.
    own: usize,
    /// How much of the total is the log's, in bytes.
    counted: usize,
}

#[derive(Clone, Debug)]
struct Piece {
    at: u64,
    chunk: Chunk,
    /// The memory that the log counts for it, in bytes: the piece itself, and what was left of its block.
    own: usize,
}

/// One frame.
#[derive(Clone, Debug)]
struct Entry {
    /// Where it stands among all frames of its shard.
    order: u64,
    at: u64,
    end: u64,
    /// The socket that does not get it, or 0.
    not_to: u64,
    /// What it is the latest of.
    key: Option<Arc<str>>,
}

/// A whole frame out of a log.
#[derive(Debug)]
pub(crate) struct Logged {
    pub(crate) order: u64,
    pub(crate) key: Option<Arc<str>>,
    pub(crate) chunk: Chunk,
}

/// A stretch of one log, lent to those that write it.
#[derive(Debug, Default)]
pub(crate) struct Window {
    pieces: Vec<Piece>,
    end: u64,
    count: u64,
}

/// Where one subscriber stands in one log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    /// The first byte that it has not got.
    pub(crate) at: u64,
    /// The number of the first entry that it has not got.
    pub(crate) count: u64,
    /// The end of the last entry that it must not get, being its own.
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

    /// The position behind the last frame.
    pub(crate) fn end(&self) -> Position {
        Position { at: self.end, count: self.count, own: 0 }
    }

    /// How many bytes are held.
    pub(crate) fn len(&self) -> u64 {
        self.end - self.entries.front().map_or(self.end, |entry| entry.at)
    }

    /// How much memory the log counts, in bytes, with its capacity.
    pub(crate) fn memory(&self) -> usize {
        self.counted
    }

    /// Counts the memory that the log holds, beside what its shared pieces count themselves.
    fn recount(&mut self) {
        let entries = self.entries.capacity() * size_of::<Entry>();
        let pieces = self.pieces.capacity() * size_of::<Piece>();
        let held = self.tail.capacity() + self.own + entries + pieces;
        if held != self.counted {
            self.outbound.change(self.counted, held);
            self.counted = held;
        }
    }

    /// Appends a frame. Returns its end.
    pub(crate) fn append(&mut self, order: u64, not_to: u64, parcel: Parcel<'_>) -> u64 {
        let Parcel { head, rest, key } = parcel;
        let at = self.end;
        if self.tail.capacity() - self.tail.len() < head.len() {
            self.seal();
            // The last piece keeps the whole block.
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
        self.entries.push_back(Entry { order, at, end: self.end, not_to, key: key.cloned() });
        self.count += 1;
        self.recount();
        self.end
    }

    fn push(&mut self, at: u64, chunk: Chunk) {
        let own = chunk.uncounted_len();
        self.own += own;
        self.pieces.push_back(Piece { at, chunk, own });
    }

    /// Makes what was appended shareable.
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

    /// Lends everything from the first held byte to the end. The window is a new one or of this log.
    pub(crate) fn window(&mut self, window: &mut Window) {
        if window.count == self.count {
            return;
        }
        self.seal();
        window.pieces.clear();
        window.pieces.extend(self.pieces.iter().cloned());
        window.end = self.end;
        window.count = self.count;
    }

    /// Drops the frames before `at`, which everybody has got.
    pub(crate) fn trim(&mut self, at: u64) {
        while let Some(entry) = self.entries.pop_front_if(|entry| entry.end <= at) {
            self.own -= entry.key.map_or(0, |key| key.len());
        }
        while let Some(piece) = self.pieces.pop_front_if(|piece| piece.at + piece.chunk.len() as u64 <= at) {
            self.own -= piece.own;
        }
        if self.entries.is_empty() {
            // An idle topic keeps no memory.
            (self.pieces, self.tail, self.entries) = Default::default();
            self.own = 0;
        }
        self.recount();
    }

    /// Hands out the frames from `position` on that are not `me`'s own and not beyond `limit` in the shard's order, and
    /// moves the position behind them. Frames that lie together are handed out together, under the first one's order,
    /// unless `apart`.
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
    /// Hands out what [`read`](Self::read) would, each frame whole and by itself.
    pub(crate) fn frames(
        &mut self,
        position: &mut Position,
        me: u64,
        limit: u64,
        mut take: impl FnMut(Logged),
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
                take(Logged { order: entry.order, key: entry.key.clone(), chunk });
            }
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.outbound.change(self.counted, 0);
    }
}

impl Window {
    /// The position behind the last frame.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// How many pieces of memory it consists of.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Moves `position` to the window's end and hands out the bytes between, lent.
    pub(crate) fn since<'a>(&'a self, position: &mut Position, mut take: impl FnMut(&'a Chunk, usize)) {
        slices(self.pieces.iter(), position.at, self.end, |piece, from, _| take(piece, from));
        position.at = self.end;
        position.count = self.count;
    }
}

/// Cuts the stretch `at..end` out of pieces that lie one behind the other.
fn slices<'a>(
    pieces: impl Iterator<Item = &'a Piece>,
    at: u64,
    end: u64,
    mut take: impl FnMut(&'a Chunk, usize, usize),
) {
    for piece in pieces {
        let length = piece.chunk.len() as u64;
        let from = at.saturating_sub(piece.at);
        let to = end.saturating_sub(piece.at).min(length);
        if from < to {
            // Both are at most the piece's length, which is a size in memory.
            #[expect(clippy::cast_possible_truncation, reason = "bounded by a length in memory")]
            take(&piece.chunk, from as usize, to as usize);
        }
    }
}
