//! Close frames and reports of how a connection ended.

use std::{borrow::Cow, error::Error, fmt, io, sync::Arc};

use crate::message::{Text, truncated};

/// The maximum length of a reason in bytes: the payload of a control frame has at most 125 bytes (RFC 6455 §5.5), two
/// of which are the code.
const MAX_REASON: usize = 123;

/// A close frame to send: a code and a reason.
///
/// A handler can return it as its reply or as its error: `Err(Close::new(4001, "expired"))?` closes the connection.
/// Wrapped in an `anyhow::Error`, it counts as an ordinary failure.
///
/// The codes 1000 to 1003, 1007 to 1014, and 3000 to 4999 may be sent. Applications use 4000 to 4999 (RFC 6455 §7.4). A
/// reason longer than 123 bytes is truncated at a character boundary.
///
/// # Examples
/// ```
/// use ws_runtime::Close;
///
/// const EXPIRED: Close = Close::new(4001, "the session has expired");
/// assert_eq!(EXPIRED.code(), 4001);
/// assert!(Close::try_new(1006, "never on the wire").is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Close {
    code: u16,
    reason: Cow<'static, str>,
}

impl Close {
    /// Normal closure: code 1000, without a reason.
    pub const NORMAL: Self = Self::new(1000, "");
    /// Code 1001: the server shuts down, or the user leaves the page.
    pub const GOING_AWAY: Self = Self::new(1001, "going away");

    /// Creates a close frame. In a `const`, an invalid code is a compile error.
    ///
    /// # Panics
    /// If the code may not be sent (see [`Close`]).
    pub const fn new(code: u16, reason: &'static str) -> Self {
        assert!(
            may_be_sent(code),
            "this close code may not be sent: 1000 to 1003, 1007 to 1014 and 3000 to 4999 may"
        );
        Self { code, reason: Cow::Borrowed(reason) }
    }

    /// Creates a close frame from a code that is known only at run time.
    ///
    /// # Errors
    /// [`CloseCodeError`] if the code may not be sent (see [`Close`]).
    pub fn try_new(code: u16, reason: impl Into<Cow<'static, str>>) -> Result<Self, CloseCodeError> {
        if may_be_sent(code) {
            Ok(Self { code, reason: reason.into() })
        } else {
            Err(CloseCodeError { code })
        }
    }

    /// Replaces the reason with one that is built at run time.
    pub fn with_reason(self, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into(), ..self }
    }

    /// Returns the code.
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// Returns the reason as it is sent: truncated to 123 bytes at a character boundary.
    pub fn reason(&self) -> &str {
        truncated(&self.reason, MAX_REASON)
    }
}

impl fmt::Debug for Close {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Close").field("code", &self.code).field("reason", &self.reason()).finish()
    }
}

impl fmt::Display for Close {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "close {} {}", self.code, self.reason())
    }
}

impl Error for Close {}

/// The error for a close code that may not be sent (RFC 6455 §7.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseCodeError {
    code: u16,
}

impl fmt::Display for CloseCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "close code {} may not be sent: 1000 to 1003, 1007 to 1014 and 3000 to 4999 may", self.code)
    }
}

impl Error for CloseCodeError {}

/// Returns true if an endpoint may send this code (RFC 6455 §7.4.1 and the IANA registry). 1004 is reserved, 1005, 1006
/// and 1015 never appear in a frame, and 1016 to 2999 are reserved for the protocol.
const fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// Returns true if a peer may send this code: the same codes as ours. tungstenite's list lacks 1014, so it is not used
/// here.
pub(super) const fn may_be_received(code: u16) -> bool {
    may_be_sent(code)
}

/// How a connection ended, as passed to the `close` handler.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Closed {
    /// The code of the first close frame: the peer's if the peer closed first, otherwise ours. `None` if no close frame
    /// was sent or received, or if it has no code.
    pub code: Option<u16>,
    /// The reason of that close frame, often empty.
    pub reason: Text,
    /// The side that ended the connection.
    pub by: Initiator,
    /// True if both close frames were exchanged (RFC 6455 §7.1.4).
    pub clean: bool,
    cause: Option<Arc<CloseCause>>,
}

impl Closed {
    pub(crate) fn new(code: Option<u16>, reason: Text, by: Initiator, clean: bool) -> Self {
        Self { code, reason, by, clean, cause: None }
    }

    pub(crate) fn with_cause(self, cause: Option<Arc<CloseCause>>) -> Self {
        Self { cause, ..self }
    }

    /// Returns the error that ended the connection. `None` means that there was no error: a close frame, a rule of this
    /// end such as `idle_timeout`, or [`terminate`](crate::Socket::terminate) ended it.
    ///
    /// # Examples
    /// ```
    /// use ws_runtime::{CloseCause, Closed, ws_route};
    ///
    /// struct Feed;
    ///
    /// #[ws_route("/feed", response = String)]
    /// impl Feed {
    ///     fn close(&self, closed: Closed) {
    ///         match closed.cause() {
    ///             Some(CloseCause::Io(error)) => println!("the network failed: {}", error.kind()),
    ///             Some(cause) => println!("{cause}"),
    ///             None => println!("closed with {:?}", closed.code),
    ///         }
    ///     }
    /// }
    /// ```
    pub fn cause(&self) -> Option<&CloseCause> {
        self.cause.as_deref()
    }
}

/// The error that ended a connection. See [`Closed::cause`].
#[derive(Debug)]
#[non_exhaustive]
pub enum CloseCause {
    /// The environment's fault: the stream failed when it was read or written. If the peer ended the stream without a
    /// close frame, the kind is [`io::ErrorKind::UnexpectedEof`]. A browser reports that as 1006.
    Io(io::Error),
    /// The peer's fault: it violated the protocol, or a limit on frames and messages. The close frame says which.
    Protocol(Close),
}

impl fmt::Display for CloseCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_) => f.write_str("the connection failed"),
            Self::Protocol(_) => f.write_str("the peer violated the protocol"),
        }
    }
}

impl Error for CloseCause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Protocol(close) => Some(close),
        }
    }
}

/// Two IO errors are equal if their kinds are equal, two protocol violations if their close frames are equal.
impl PartialEq for CloseCause {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Io(one), Self::Io(other)) => one.kind() == other.kind(),
            (Self::Protocol(one), Self::Protocol(other)) => one == other,
            _ => false,
        }
    }
}

impl Eq for CloseCause {}

/// The side that ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Initiator {
    /// The peer: it sent its close frame first.
    Remote,
    /// This end: a handler, a limit, a protocol violation or a shutdown.
    Local,
    /// Neither side: the transport failed or ended without a close frame.
    Transport,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_reason_is_truncated_at_a_character_boundary() {
        for (reason, kept) in [
            ("x".repeat(122), 122),
            ("x".repeat(123), 123),
            ("x".repeat(124), 123),
            (format!("{}é", "x".repeat(122)), 122),
            (format!("{}€", "x".repeat(121)), 121),
            (format!("{}𝄞", "x".repeat(119)), 123),
            (format!("{}𝄞", "x".repeat(120)), 120),
        ] {
            assert_eq!(Close::NORMAL.with_reason(reason.clone()).reason().len(), kept, "{reason}");
        }
    }

    #[test]
    fn only_sendable_close_codes_can_be_created() {
        for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, u16::MAX] {
            assert_eq!(Close::try_new(code, ""), Err(CloseCodeError { code }));
        }
        for code in [1000, 1003, 1007, 1014, 3000, 4999] {
            assert_eq!(Close::try_new(code, "").map(|close| close.code()), Ok(code));
        }
    }
}
