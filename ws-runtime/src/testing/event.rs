//! What a client is sent.

use bytes::Bytes;
use serde_json::Value;

use crate::message::{Message, Text};

/// What a client is sent, in the order in which it arrives.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A message, not decoded.
    Message(Message),
    /// An error frame: what the server says instead of a response when a message was invalid or a handler failed. On a route
    /// whose responses cannot be told from one, there are none.
    Error(Value),
    /// A ping's payload.
    Ping(Bytes),
    /// A pong's payload.
    Pong(Bytes),
    /// The server's close frame: its code, if it has one, and its reason.
    Close(Option<u16>, Text),
    /// The connection has ended. Whatever is asked for afterwards is this again.
    End,
}
