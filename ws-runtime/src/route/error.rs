//! Errors as passed to the `error` handler.

use std::{error::Error as StdError, fmt};

use super::BoxError;
use crate::codec::Invalid;

/// The argument of the `error` handler. The library logs its text, but never sends it.
///
/// # Examples
/// ```
/// use ws_runtime::{Error, ws_route};
///
/// struct Halves;
///
/// #[ws_route("/halves", body = u32, response = String)]
/// impl Halves {
///     fn message(&self, number: u32) -> Result<String, &'static str> {
///         if number % 2 == 0 { Ok((number / 2).to_string()) } else { Err("the number is odd") }
///     }
///
///     fn error(&self, error: Error) -> Option<String> {
///         match error {
///             Error::Invalid(invalid) => Some(format!("not a number: {invalid}")),
///             Error::Failed(cause) => Some(cause.to_string()),
///             // `None` sends no reply, not even the default one.
///             _ => None,
///         }
///     }
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A mistake of the peer: a message did not match the `body` type or its schema, or was of the wrong kind.
    Invalid(Invalid),
    /// A failure of the application: a handler returned `Err`.
    Failed(BoxError),
    /// A failure of the application: a handler panicked. Contains the panic message, or a placeholder if the panic has
    /// none.
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
