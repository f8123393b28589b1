//! What the connection's task has to know of its socket before it goes on, in one word that is read without the lock.

use crate::sync::{AtomicU16, Ordering};

/// What the connection's task has to know before it goes on; all zero while there is nothing but messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report(u16);

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

/// One thing to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Fact {
    /// Reading is to rest.
    Paused = 1,
    /// The queue is above half of its limit.
    High = 1 << 1,
    /// A drain episode has ended, and nobody has been told yet.
    Drained = 1 << 2,
    /// Our close frame went out.
    Sent = 1 << 3,
    /// The peer's came in.
    Received = 1 << 4,
    /// The transport is gone.
    Lost = 1 << 5,
    /// It is to be cut off.
    Terminate = 1 << 6,
    /// It is to be cut off, and the running handler with it.
    Abort = 1 << 7,
    /// The peer has ended its direction of the stream; whether it still reads, only writing tells.
    Ended = 1 << 8,
}

impl Report {
    /// Whether there is nothing to know.
    pub(crate) fn is_calm(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn has(self, fact: Fact) -> bool {
        self.0 & fact as u16 != 0
    }

    pub(crate) fn set(&mut self, fact: Fact, holds: bool) {
        if holds {
            self.0 |= fact as u16;
        } else {
            self.0 &= !(fact as u16);
        }
    }

    /// What is asked for; the stronger wish has the word.
    pub(crate) fn wish(self) -> Wish {
        if self.has(Fact::Abort) {
            Wish::Abort
        } else if self.has(Fact::Terminate) {
            Wish::Terminate
        } else {
            Wish::Nothing
        }
    }

    pub(crate) fn add_wish(&mut self, wish: Wish) {
        match wish {
            Wish::Nothing => {}
            Wish::Terminate => self.set(Fact::Terminate, true),
            Wish::Abort => self.set(Fact::Abort, true),
        }
    }

    /// Whether the socket is on its way out.
    pub(crate) fn is_closing(self) -> bool {
        [Fact::Sent, Fact::Received, Fact::Lost, Fact::Ended, Fact::Terminate, Fact::Abort]
            .into_iter()
            .any(|fact| self.has(fact))
    }
}

/// The last report: stored whenever the socket's lock is released, read by the connection's task alone.
#[derive(Debug, Default)]
pub(super) struct Board(AtomicU16);

impl Board {
    pub(super) fn store(&self, report: Report) {
        self.0.store(report.0, Ordering::Release);
    }

    pub(super) fn load(&self) -> Report {
        Report(self.0.load(Ordering::Acquire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_do_not_touch_each_other() {
        let all =
            [Fact::Paused, Fact::High, Fact::Drained, Fact::Sent, Fact::Received, Fact::Lost, Fact::Ended];
        for fact in all {
            let mut report = Report::default();
            report.set(fact, true);
            assert!(!report.is_calm());
            assert_eq!(all.map(|other| report.has(other)), all.map(|other| other == fact), "{fact:?}");
            assert_eq!(report.wish(), Wish::Nothing);
            report.set(fact, false);
            assert!(report.is_calm());
        }
    }

    #[test]
    fn the_stronger_wish_has_the_word() {
        let mut report = Report::default();
        report.add_wish(Wish::Abort);
        report.add_wish(Wish::Terminate);
        assert_eq!((report.wish(), report.is_closing()), (Wish::Abort, true));
    }
}
