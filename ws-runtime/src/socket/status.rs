//! The status of a socket, for the task of its connection: one atomic integer, which is read without the lock.

use crate::sync::{AtomicU16, Ordering};

/// The flags that the task of the connection checks before it continues. No flag is set while there are only messages
/// to handle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status(u16);

/// A request to end the connection without a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Termination {
    /// No end is requested.
    #[default]
    Nothing,
    /// End the connection without a close frame.
    Terminate,
    /// End the connection at once, and drop the running handler.
    Abort,
}

/// One flag of the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Flag {
    /// Reading is paused.
    Paused = 1,
    /// The queue is above half of its limit.
    High = 1 << 1,
    /// A drain episode has ended, and `drain` has not been called for it.
    Drained = 1 << 2,
    /// Our close frame was sent.
    Sent = 1 << 3,
    /// The peer's close frame was received.
    Received = 1 << 4,
    /// The transport has failed.
    Lost = 1 << 5,
    /// [`Termination::Terminate`] is requested.
    Terminate = 1 << 6,
    /// [`Termination::Abort`] is requested.
    Abort = 1 << 7,
    /// The peer has shut down its write half. Whether it still reads is known only by writing.
    Ended = 1 << 8,
    /// The expiry was changed, and the task has not taken it yet.
    Expiry = 1 << 9,
}

impl Status {
    /// Returns true if no flag is set.
    pub(crate) fn is_calm(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn has(self, flag: Flag) -> bool {
        self.0 & flag as u16 != 0
    }

    pub(crate) fn set(&mut self, flag: Flag, value: bool) {
        if value {
            self.0 |= flag as u16;
        } else {
            self.0 &= !(flag as u16);
        }
    }

    /// Returns the requested termination. `Abort` takes precedence over `Terminate`.
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

    /// Returns true if the socket is closing.
    pub(crate) fn is_closing(self) -> bool {
        [Flag::Sent, Flag::Received, Flag::Lost, Flag::Ended, Flag::Terminate, Flag::Abort]
            .into_iter()
            .any(|flag| self.has(flag))
    }
}

/// A copy of the status, stored whenever the lock of the socket is released. Only the task of the connection reads it.
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
    fn flags_are_set_and_cleared_independently() {
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
    fn abort_takes_precedence_over_terminate() {
        let mut status = Status::default();
        status.add_termination(Termination::Abort);
        status.add_termination(Termination::Terminate);
        assert_eq!((status.termination(), status.is_closing()), (Termination::Abort, true));
    }
}
