//! Faults of a peer, and the close codes that answer them.

use super::Close;

/// A violation of the protocol or of a limit. The connection is failed (RFC 6455 §7.1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The bytes violate RFC 6455; the text names the rule.
    Protocol(&'static str),
    /// A text message or a close reason is not UTF-8 (RFC 6455 §8.1).
    Utf8,
    /// A compressed message cannot be inflated (RFC 7692 §7.2.2).
    Compression,
    /// The message is longer than the limit (RFC 6455 §7.4.1, 1009).
    TooLong,
    /// The message has more fragments than the limit.
    TooManyFragments,
    /// The message was not finished in time.
    FragmentTimeout,
}

impl Fault {
    /// Returns the close frame for the peer.
    pub(crate) const fn close(self) -> Close {
        match self {
            Self::Protocol(rule) => Close::new(1002, rule),
            Self::Utf8 => Close::new(1007, "text is not UTF-8"),
            // RFC 7692 names no code; 1007 is for data that does not match its type.
            Self::Compression => Close::new(1007, "compressed data is corrupt"),
            Self::TooLong => Close::new(1009, "message too long"),
            Self::TooManyFragments => Close::new(1008, "too many fragments"),
            Self::FragmentTimeout => Close::new(1008, "message not finished in time"),
        }
    }
}
