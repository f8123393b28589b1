//! What went wrong in a route, as its `error` handler learns it.

use std::{error::Error as StdError, fmt};

use super::BoxError;
use crate::codec::Invalid;

/// What the `error` handler is called with. Its text is for logs; nothing of it is sent.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The peer's fault: a message did not fit the `body` type or its schema, or was of the wrong kind.
    Invalid(Invalid),
    /// The application's: a handler returned `Err`.
    Failed(BoxError),
    /// The application's: a handler panicked; the text is the panic's message, where it has one.
    Panicked(Box<str>),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(_) => f.write_str("invalid message"),
            Self::Failed(_) => f.write_str("a handler failed"),
            Self::Panicked(message) => write!(f, "a handler panicked: {message}"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Invalid(invalid) => Some(invalid),
            Self::Failed(error) => Some(&**error),
            Self::Panicked(_) => None,
        }
    }
}
