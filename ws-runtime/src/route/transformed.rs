//! Return types of `transform_message`.

use super::BoxError;
use crate::{message::Message, wire::Close};

/// The result of `transform_message`, created by [`Transform`] and carried out by the connection.
#[derive(Debug)]
#[non_exhaustive]
pub enum Transformed {
    /// The message to decode.
    Message(Message),
    /// The message is dropped: no handler sees it, and nothing is sent.
    Dropped,
    /// Closes the connection after everything sent before.
    Close(Close),
    /// The message is refused: `error` is called, or the default reply is sent.
    Failed(BoxError),
}

/// A return type of `transform_message`: a [`Message`], or an `Option` or `Result` of it. `None` drops the message, an
/// `Err` refuses it.
#[diagnostic::on_unimplemented(
    message = "`transform_message` cannot return `{Self}`",
    label = "expected `Message`, `Option<Message>` or `Result<Message, E>`",
    note = "`None` drops the message, and an `Err` refuses it; `Result<Option<Message>, E>` does both",
    note = "the error `E` must be a string or implement `std::error::Error + Send + Sync`"
)]
pub trait Transform {
    /// Converts the value.
    fn transform(self) -> Transformed;
}

#[diagnostic::do_not_recommend]
impl Transform for Message {
    fn transform(self) -> Transformed {
        Transformed::Message(self)
    }
}

#[diagnostic::do_not_recommend]
impl Transform for Option<Message> {
    fn transform(self) -> Transformed {
        self.map_or(Transformed::Dropped, Transformed::Message)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Transform, E: Into<BoxError>> Transform for Result<T, E> {
    fn transform(self) -> Transformed {
        match self {
            Ok(message) => message.transform(),
            Err(error) => match error.into().downcast::<Close>() {
                Ok(close) => Transformed::Close(*close),
                Err(error) => Transformed::Failed(error),
            },
        }
    }
}

/// Converts the return value of `transform_message`.
pub fn transform<T: Transform>(value: T) -> Transformed {
    value.transform()
}
