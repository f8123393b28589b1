//! Faults of a peer, and the close frames that report them.

use super::Close;

/// A violation of the protocol or of a limit. It fails the connection (RFC 6455 §7.1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The bytes violate RFC 6455. The field describes the violation.
    Protocol(&'static str),
    /// A text message or a close reason that is not UTF-8 (RFC 6455 §8.1).
    Utf8,
    /// A compressed message that cannot be inflated (RFC 7692 §7.2.2).
    Compression,
    /// A message longer than `max_payload_length` (1009, RFC 6455 §7.4.1).
    TooLong,
    /// A message with more fragments than `max_fragments`.
    TooManyFragments,
    /// A message that was not finished within `fragment_timeout`.
    FragmentTimeout,
}

impl Fault {
    /// Returns the close frame that tells the peer about the fault.
    pub(crate) const fn close(self) -> Close {
        match self {
            Self::Protocol(violation) => Close::new(1002, violation),
            Self::Utf8 => Close::new(1007, "text is not UTF-8"),
            // RFC 7692 defines no code for this. 1007 is for data that does not match its type.
            Self::Compression => Close::new(1007, "compressed data is corrupt"),
            Self::TooLong => Close::new(1009, "message too long"),
            Self::TooManyFragments => Close::new(1008, "too many fragments"),
            Self::FragmentTimeout => Close::new(1008, "message not finished in time"),
        }
    }
}
