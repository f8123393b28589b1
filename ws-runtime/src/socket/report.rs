//! What the connection's task has to know of its socket before it goes on, in one byte that is read without the lock.

use std::sync::atomic::{AtomicU8, Ordering};

/// What the connection's task has to know before it goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, read together")]
pub(crate) struct Report {
    pub(crate) wish: Wish,
    /// Reading is to rest.
    pub(crate) paused: bool,
    /// The queue is above half of its limit.
    pub(crate) high: bool,
    /// A drain episode has ended, and nobody has been told yet.
    pub(crate) drained: bool,
    /// Our close frame went out.
    pub(crate) sent: bool,
    /// The peer's came in.
    pub(crate) received: bool,
    /// The transport is gone.
    pub(crate) lost: bool,
}

/// What was asked of the connection that a frame cannot say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    /// Nothing.
    #[default]
    Nothing,
    /// To be cut off without a close frame.
    Terminate,
    /// To be cut off at once, the running handler too.
    Abort,
}

/// The last report: stored whenever the socket's lock is released, read by the connection's task alone.
#[derive(Debug, Default)]
pub(super) struct Board(AtomicU8);

impl Report {
    /// Whether the socket is on its way out.
    pub(crate) fn is_closing(&self) -> bool {
        self.sent || self.received || self.lost || self.wish != Wish::Nothing
    }

    fn pack(self) -> u8 {
        let flags = [self.paused, self.high, self.drained, self.sent, self.received, self.lost];
        let flags = flags.into_iter().enumerate().map(|(place, flag)| u8::from(flag) << place);
        flags.sum::<u8>() | (self.wish as u8) << 6
    }

    fn unpack(byte: u8) -> Self {
        let flag = |place: u8| byte >> place & 1 == 1;
        Self {
            wish: match byte >> 6 {
                0 => Wish::Nothing,
                1 => Wish::Terminate,
                _ => Wish::Abort,
            },
            paused: flag(0),
            high: flag(1),
            drained: flag(2),
            sent: flag(3),
            received: flag(4),
            lost: flag(5),
        }
    }
}

impl Board {
    pub(super) fn store(&self, report: Report) {
        self.0.store(report.pack(), Ordering::Release);
    }

    pub(super) fn load(&self) -> Report {
        Report::unpack(self.0.load(Ordering::Acquire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_comes_back_as_it_was_stored() {
        let board = Board::default();
        assert_eq!(board.load(), Report::default());
        for wish in [Wish::Nothing, Wish::Terminate, Wish::Abort] {
            for flags in 0..64_u8 {
                let flag = |place: u8| flags >> place & 1 == 1;
                let report = Report {
                    wish,
                    paused: flag(0),
                    high: flag(1),
                    drained: flag(2),
                    sent: flag(3),
                    received: flag(4),
                    lost: flag(5),
                };
                board.store(report);
                assert_eq!(board.load(), report);
            }
        }
    }
}
