//! The result of a handler.

use std::{error::Error as StdError, fmt, pin::Pin};

use futures_core::Stream;

use crate::wire::Close;

/// Any error that a handler may return.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// The result of a handler, created by [`Reply`](super::Reply) and carried out by the connection.
#[non_exhaustive]
pub enum Outcome<'a, R> {
    /// `()`: sends nothing; from `error`, sends the default reply.
    Unsaid,
    /// `None`: sends nothing, not even the default reply.
    Nothing,
    /// One message.
    One(R),
    /// Several messages, in order.
    Many(Vec<R>),
    /// A stream of messages, with backpressure.
    Stream(Pin<Box<dyn Stream<Item = Outcome<'a, R>> + Send + 'a>>),
    /// Closes the connection after everything sent before.
    Close(Close),
    /// The handler failed: `error` is called, or the default reply is sent.
    Failed(BoxError),
}

impl<R> fmt::Debug for Outcome<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsaid => "Unsaid",
            Self::Nothing => "Nothing",
            Self::One(_) => "One",
            Self::Many(_) => "Many",
            Self::Stream(_) => "Stream",
            Self::Close(_) => "Close",
            Self::Failed(_) => "Failed",
        })
    }
}
