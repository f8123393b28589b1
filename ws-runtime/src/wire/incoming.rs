//! A message as the connection lends it to whoever decodes it.

use bytes::Bytes;

use super::{Kind, Message};

/// A whole message as it arrived, lent by the connection: what [`Decode`](crate::Decode) reads.
#[derive(Debug)]
pub struct Incoming<'a>(pub(super) Payload<'a>);

#[derive(Debug)]
pub(super) enum Payload<'a> {
    Text(&'a str),
    Binary(&'a [u8]),
    /// In memory of its own, and seldom; the box keeps what is frequent small.
    Whole(Box<Message>),
}

impl Incoming<'_> {
    /// Returns the kind of frame that carried it.
    pub fn kind(&self) -> Kind {
        match &self.0 {
            Payload::Text(_) => Kind::Text,
            Payload::Binary(_) => Kind::Binary,
            Payload::Whole(message) => message.kind(),
        }
    }

    /// Returns the text of a text message.
    pub fn as_text(&self) -> Option<&str> {
        match &self.0 {
            Payload::Text(text) => Some(text),
            Payload::Binary(_) => None,
            Payload::Whole(message) => message.as_text(),
        }
    }

    /// Returns the payload.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Payload::Text(text) => text.as_bytes(),
            Payload::Binary(bytes) => bytes,
            Payload::Whole(message) => message.as_bytes(),
        }
    }

    /// Takes the message over; the payload is copied only if it still lies in the connection's read buffer.
    pub fn into_message(self) -> Message {
        match self.0 {
            Payload::Text(text) => Message::text(text),
            Payload::Binary(bytes) => Message::Binary(Bytes::copy_from_slice(bytes)),
            Payload::Whole(message) => *message,
        }
    }
}

impl From<Message> for Incoming<'_> {
    fn from(message: Message) -> Self {
        Self(Payload::Whole(Box::new(message)))
    }
}
