//! What the connection's task has to know of its socket before it goes on, in one word that is read without the lock.

use crate::sync::{AtomicU16, Ordering};

/// What the connection's task has to know before it goes on; all zero while there is nothing but messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status(u16);

/// What was asked of the connection that a frame cannot say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Termination {
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
pub(crate) enum Flag {
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

impl Status {
    /// Whether there is nothing to know.
    pub(crate) fn is_calm(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn has(self, flag: Flag) -> bool {
        self.0 & flag as u16 != 0
    }

    pub(crate) fn set(&mut self, flag: Flag, holds: bool) {
        if holds {
            self.0 |= flag as u16;
        } else {
            self.0 &= !(flag as u16);
        }
    }

    /// The requested termination; `Abort` takes precedence over `Terminate`.
    pub(crate) fn termination(self) -> Termination {
        if self.has(Flag::Abort) {
            Termination::Abort
        } else if self.has(Flag::Terminate) {
            Termination::Terminate
        } else {
            Termination::Nothing
        }
    }

    pub(crate) fn add_termination(&mut self, termination: Termination) {
        match termination {
            Termination::Nothing => {}
            Termination::Terminate => self.set(Flag::Terminate, true),
            Termination::Abort => self.set(Flag::Abort, true),
        }
    }

    /// Whether the socket is on its way out.
    pub(crate) fn is_closing(self) -> bool {
        [Flag::Sent, Flag::Received, Flag::Lost, Flag::Ended, Flag::Terminate, Flag::Abort]
            .into_iter()
            .any(|flag| self.has(flag))
    }
}

/// The last status: stored whenever the socket's lock is released, read by the connection's task alone.
#[derive(Debug, Default)]
pub(super) struct StatusCell(AtomicU16);

impl StatusCell {
    pub(super) fn store(&self, status: Status) {
        self.0.store(status.0, Ordering::Release);
    }

    pub(super) fn load(&self) -> Status {
        Status(self.0.load(Ordering::Acquire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_do_not_touch_each_other() {
        let all =
            [Flag::Paused, Flag::High, Flag::Drained, Flag::Sent, Flag::Received, Flag::Lost, Flag::Ended];
        for flag in all {
            let mut status = Status::default();
            status.set(flag, true);
            assert!(!status.is_calm());
            assert_eq!(all.map(|other| status.has(other)), all.map(|other| other == flag), "{flag:?}");
            assert_eq!(status.termination(), Termination::Nothing);
            status.set(flag, false);
            assert!(status.is_calm());
        }
    }

    #[test]
    fn the_stronger_wish_has_the_word() {
        let mut status = Status::default();
        status.add_termination(Termination::Abort);
        status.add_termination(Termination::Terminate);
        assert_eq!((status.termination(), status.is_closing()), (Termination::Abort, true));
    }
}
