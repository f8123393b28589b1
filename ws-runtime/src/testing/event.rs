//! The events of a client.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use crate::message::{Message, Text};

/// An event of a client, in order of arrival.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A message, which is not decoded.
    Message(Message),
    /// An error frame, sent instead of a response after an invalid message or a failed handler. If the responses of a
    /// route could be mistaken for error frames, the route sends none.
    Error(Value),
    /// The connection expires after this time. See [`Socket::expire_after`](crate::Socket::expire_after).
    Expiring(Duration),
    /// The payload of a ping.
    Ping(Bytes),
    /// The payload of a pong.
    Pong(Bytes),
    /// The server's close frame: its code, if any, and its reason.
    Close(Option<u16>, Text),
    /// The connection has ended. All later events are `End` too.
    End,
}
