//! What a handler's reply comes down to.

use std::{error::Error as StdError, fmt, pin::Pin};

use futures_core::Stream;

use crate::wire::Close;

/// Any error, as handlers may return it.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// What a handler's reply comes down to; made by [`Reply`](super::Reply), carried out by the connection.
#[non_exhaustive]
pub enum Outcome<'a, R> {
    /// `()`: nothing is sent; from `error`, the default answer is.
    Unsaid,
    /// `None`: nothing is sent, nor any default.
    Nothing,
    /// One message.
    One(R),
    /// Several messages, in order.
    Many(Vec<R>),
    /// Messages as they come, with backpressure.
    Stream(Pin<Box<dyn Stream<Item = Outcome<'a, R>> + Send + 'a>>),
    /// The connection is closed, after what was sent before.
    Close(Close),
    /// The handler failed; `error` is called, or the default answer is sent.
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
