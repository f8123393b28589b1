//! The closing handshake (RFC 6455 §7): who began it, what is still owed, and its result.

use crate::{
    message::Text,
    wire::{Close, Closed, Initiator},
};

/// The state of one connection between open and closed.
#[derive(Debug, Default)]
pub(crate) struct Session {
    first: Option<Initiator>,
    sent: Option<Code>,
    received: Option<Code>,
}

/// The content of a close frame.
#[derive(Debug)]
struct Code {
    code: Option<u16>,
    reason: Text,
}

/// What the peer's close frame requires.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Our close frame is still owed.
    Owed(Echo),
    /// Ours was sent before: the handshake is complete.
    Complete,
    /// Not the first close frame of the peer; it has no effect.
    Nothing,
}

/// The close frame that answers the peer's (RFC 6455 §5.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Echo {
    /// Without a code.
    Empty,
    /// With the code of the peer's close frame.
    Code(u16),
}

impl Echo {
    fn of(code: Option<u16>) -> Self {
        // Every code that passes the decoder may be sent back.
        code.filter(|code| Close::try_new(*code, "").is_ok()).map_or(Self::Empty, Self::Code)
    }

    /// Returns the frame; `None` is an empty one.
    pub(crate) fn close(self) -> Option<Close> {
        match self {
            Self::Empty => None,
            Self::Code(code) => Close::try_new(code, "").ok(),
        }
    }
}

impl Session {
    /// Returns true if messages may still be sent: none follow a close frame (RFC 6455 §5.5.1).
    pub(crate) fn may_send(&self) -> bool {
        self.sent.is_none()
    }

    /// Returns true if the peer has sent a close frame.
    pub(crate) fn has_received(&self) -> bool {
        self.received.is_some()
    }

    /// Returns true if both close frames were exchanged.
    pub(crate) fn is_complete(&self) -> bool {
        self.sent.is_some() && self.received.is_some()
    }

    /// Records that we send a close frame; `None` is an empty one. Returns false if one was sent before and this one
    /// must not be.
    pub(crate) fn send(&mut self, close: Option<&Close>) -> bool {
        if self.sent.is_some() {
            return false;
        }
        self.first.get_or_insert(Initiator::Local);
        self.sent = Some(Code {
            code: close.map(Close::code),
            reason: close.map(|close| Text::from(close.reason())).unwrap_or_default(),
        });
        true
    }

    /// Records the peer's close frame. The answer echoes its code (RFC 6455 §5.5.1).
    pub(crate) fn receive(&mut self, code: Option<u16>, reason: Text) -> Answer {
        if self.received.is_some() {
            return Answer::Nothing;
        }
        self.first.get_or_insert(Initiator::Remote);
        let answer = if self.sent.is_some() { Answer::Complete } else { Answer::Owed(Echo::of(code)) };
        self.received = Some(Code { code, reason });
        answer
    }

    /// Returns the result for the `close` handler. The side that closed first decides.
    pub(crate) fn closed(&self) -> Closed {
        let by = self.first.unwrap_or(Initiator::Transport);
        let said = match by {
            Initiator::Remote => self.received.as_ref(),
            Initiator::Local => self.sent.as_ref(),
            Initiator::Transport => None,
        };
        let (code, reason) = said.map_or((None, Text::default()), |said| (said.code, said.reason.clone()));
        Closed::new(code, reason, by, self.is_complete())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(session: &Session) -> (Option<u16>, String, Initiator, bool) {
        let Closed { code, reason, by, clean, .. } = session.closed();
        (code, reason.as_str().to_owned(), by, clean)
    }

    #[test]
    fn first_side_to_close_is_the_initiator() {
        let mut we = Session::default();
        assert!(we.send(Some(&Close::new(4001, "enough"))));
        assert!(!we.may_send());
        assert_eq!(closed(&we), (Some(4001), "enough".into(), Initiator::Local, false));
        assert_eq!(we.receive(Some(1000), "bye".into()), Answer::Complete);
        assert_eq!(closed(&we), (Some(4001), "enough".into(), Initiator::Local, true));

        let mut they = Session::default();
        assert_eq!(they.receive(Some(4002), "bye".into()), Answer::Owed(Echo::Code(4002)));
        assert!(they.may_send(), "what was asked before the close may still be answered");
        assert_eq!(closed(&they), (Some(4002), "bye".into(), Initiator::Remote, false));
        assert!(they.send(Echo::Code(4002).close().as_ref()));
        assert_eq!(closed(&they), (Some(4002), "bye".into(), Initiator::Remote, true));
    }

    #[test]
    fn only_one_close_frame_is_sent() {
        let mut session = Session::default();
        assert!(session.send(None));
        assert!(!session.send(Some(&Close::NORMAL)));
        assert_eq!(session.receive(None, Text::default()), Answer::Complete);
        assert_eq!(session.receive(Some(1001), Text::default()), Answer::Nothing);
        assert_eq!(closed(&session), (None, String::new(), Initiator::Local, true));
    }

    #[test]
    fn empty_close_is_answered_by_an_empty_one() {
        assert_eq!(Session::default().receive(None, Text::default()), Answer::Owed(Echo::Empty));
    }

    #[test]
    fn lost_transport_has_no_initiator() {
        assert_eq!(closed(&Session::default()), (None, String::new(), Initiator::Transport, false));
    }
}
