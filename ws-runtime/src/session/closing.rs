//! The closing handshake (RFC 6455 §7): which side began it, whether an answer is owed, and its result.

use crate::{
    message::Text,
    wire::{Close, Closed, Initiator},
};

/// The state of the closing handshake of a connection. An open connection has no codes and allocates none.
#[derive(Debug, Default)]
pub(crate) struct Session {
    first: Option<Initiator>,
    sent: Option<Box<Code>>,
    received: Option<Box<Code>>,
}

/// The content of a close frame.
#[derive(Debug)]
struct Code {
    code: Option<u16>,
    reason: Text,
}

/// The action that the peer's close frame requires.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Answer it with this close frame.
    Owed(Echo),
    /// None: our close frame was sent before, so the handshake is complete.
    Complete,
    /// None: this is not the peer's first close frame.
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
        // Every code that the decoder accepts may be sent back.
        code.filter(|code| Close::try_new(*code, "").is_ok()).map_or(Self::Empty, Self::Code)
    }

    /// Returns the close frame. `None` means an empty one.
    pub(crate) fn close(self) -> Option<Close> {
        match self {
            Self::Empty => None,
            Self::Code(code) => Close::try_new(code, "").ok(),
        }
    }
}

impl Session {
    /// Returns true if messages may still be sent. No message may follow our close frame (RFC 6455 §5.5.1).
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

    /// Records that we send a close frame. `None` means an empty one. Returns false if one was sent before, so that
    /// this one must not be sent.
    pub(crate) fn send(&mut self, close: Option<&Close>) -> bool {
        if self.sent.is_some() {
            return false;
        }
        self.first.get_or_insert(Initiator::Local);
        self.sent = Some(Box::new(Code {
            code: close.map(Close::code),
            reason: close.map(|close| Text::from(close.reason())).unwrap_or_default(),
        }));
        true
    }

    /// Records the peer's close frame and returns the required action. An answer repeats its code (RFC 6455 §5.5.1).
    pub(crate) fn receive(&mut self, code: Option<u16>, reason: Text) -> Answer {
        if self.received.is_some() {
            return Answer::Nothing;
        }
        self.first.get_or_insert(Initiator::Remote);
        let answer = if self.sent.is_some() { Answer::Complete } else { Answer::Owed(Echo::of(code)) };
        self.received = Some(Box::new(Code { code, reason }));
        answer
    }

    /// Returns the result for the `close` handler. Code and reason are those of the side that closed first.
    pub(crate) fn closed(&self) -> Closed {
        let by = self.first.unwrap_or(Initiator::Transport);
        let first = match by {
            Initiator::Remote => self.received.as_deref(),
            Initiator::Local => self.sent.as_deref(),
            Initiator::Transport => None,
        };
        let (code, reason) =
            first.map_or((None, Text::default()), |first| (first.code, first.reason.clone()));
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
        let mut local = Session::default();
        assert!(local.send(Some(&Close::new(4001, "enough"))));
        assert!(!local.may_send());
        assert_eq!(closed(&local), (Some(4001), "enough".into(), Initiator::Local, false));
        assert_eq!(local.receive(Some(1000), "bye".into()), Answer::Complete);
        assert_eq!(closed(&local), (Some(4001), "enough".into(), Initiator::Local, true));

        let mut remote = Session::default();
        assert_eq!(remote.receive(Some(4002), "bye".into()), Answer::Owed(Echo::Code(4002)));
        assert!(remote.may_send(), "messages may be sent until the close frame is answered");
        assert_eq!(closed(&remote), (Some(4002), "bye".into(), Initiator::Remote, false));
        assert!(remote.send(Echo::Code(4002).close().as_ref()));
        assert_eq!(closed(&remote), (Some(4002), "bye".into(), Initiator::Remote, true));
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
