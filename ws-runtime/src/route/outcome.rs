//! The result of a handler.

use std::{error::Error as StdError, fmt, pin::Pin};

use futures_core::Stream;

use crate::wire::Close;

/// The boxed form of any error that a handler returns.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// The result of a handler. [`Reply`](super::Reply) creates it from the return value, and the connection executes it.
#[non_exhaustive]
pub enum Outcome<'a, R> {
    /// `()`: sends no message. From `error`, sends the default reply.
    Unsaid,
    /// `None`: sends no message, not even the default reply.
    Nothing,
    /// Sends one message.
    One(R),
    /// Sends several messages, in order.
    Many(Vec<R>),
    /// Sends the messages of a stream, with backpressure.
    Stream(Pin<Box<dyn Stream<Item = Outcome<'a, R>> + Send + 'a>>),
    /// Closes the connection after all messages that were sent before.
    Close(Close),
    /// The handler failed: `error` runs, or the default reply is sent.
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
