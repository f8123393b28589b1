//! An inbound message, borrowed from the connection for decoding.

use bytes::Bytes;

use super::{Kind, Message};

/// A complete inbound message, borrowed from the connection. It is the input of [`Decode`](crate::Decode).
#[derive(Debug)]
pub struct Incoming<'a>(IncomingPayload<'a>);

#[derive(Debug)]
#[cfg_attr(not(feature = "server"), expect(dead_code, reason = "only a connection lends its memory"))]
pub(crate) enum IncomingPayload<'a> {
    Text(&'a str),
    Binary(&'a [u8]),
    /// A message that owns its payload. This is rare; the box keeps the frequent variants small.
    Whole(Box<Message>),
}

impl Incoming<'_> {
    /// Returns whether the message is text or binary.
    pub fn kind(&self) -> Kind {
        match &self.0 {
            IncomingPayload::Text(_) => Kind::Text,
            IncomingPayload::Binary(_) => Kind::Binary,
            IncomingPayload::Whole(message) => message.kind(),
        }
    }

    /// Returns the text of the message; `None` if it is binary.
    pub fn as_text(&self) -> Option<&str> {
        match &self.0 {
            IncomingPayload::Text(text) => Some(text),
            IncomingPayload::Binary(_) => None,
            IncomingPayload::Whole(message) => message.as_text(),
        }
    }

    /// Returns the payload.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            IncomingPayload::Text(text) => text.as_bytes(),
            IncomingPayload::Binary(bytes) => bytes,
            IncomingPayload::Whole(message) => message.as_bytes(),
        }
    }

    /// Takes ownership of the message. The payload is copied only if it is borrowed from the read buffer.
    pub fn into_message(self) -> Message {
        match self.0 {
            IncomingPayload::Text(text) => Message::text(text),
            IncomingPayload::Binary(bytes) => Message::Binary(Bytes::copy_from_slice(bytes)),
            IncomingPayload::Whole(message) => *message,
        }
    }
}

#[cfg(feature = "server")]
impl<'a> From<IncomingPayload<'a>> for Incoming<'a> {
    #[inline]
    fn from(payload: IncomingPayload<'a>) -> Self {
        Self(payload)
    }
}

impl From<Message> for Incoming<'_> {
    fn from(message: Message) -> Self {
        Self(IncomingPayload::Whole(Box::new(message)))
    }
}
