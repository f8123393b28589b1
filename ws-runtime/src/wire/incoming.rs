//! An inbound message, lent by the connection for decoding.

use bytes::Bytes;

use crate::message::{Kind, Message};

/// A complete inbound message, lent by the connection: the input of [`Decode`](crate::Decode).
#[derive(Debug)]
pub struct Incoming<'a>(pub(super) Payload<'a>);

#[derive(Debug)]
pub(super) enum Payload<'a> {
    Text(&'a str),
    Binary(&'a [u8]),
    /// In memory of its own. This is rare; the box keeps the frequent case small.
    Whole(Box<Message>),
}

impl Incoming<'_> {
    /// Returns the kind of its frame.
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

    /// Takes ownership of the message. The payload is copied only if it is borrowed from the read buffer.
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
