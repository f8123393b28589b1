//! The routes of the in-memory server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Message, Server, Socket, SubscribeError, ws_route};

use crate::{BATCH, SMALL};

/// Returns a server with all routes of this file and one shard, which one thread serves.
pub fn server() -> Server {
    Server::new().route(Echo).route(Sink).route(Source).route(Typed).route(Room).shards(1)
}

/// A route that echoes messages unchanged.
pub struct Echo;

#[ws_route("/echo", max_payload_length = "64MiB", backpressure_limit = "128MiB")]
impl Echo {
    fn message(&self, message: Message) -> Message {
        message
    }
}

/// A route that replies only to empty messages, for inbound work without outbound work.
pub struct Sink;

#[ws_route("/sink")]
impl Sink {
    fn message(&self, message: Message) -> Option<Message> {
        message.is_empty().then_some(message)
    }
}

/// A route that replies to each message with [`BATCH`] small ones, for outbound work with little inbound work.
pub struct Source;

#[ws_route("/source")]
impl Source {
    fn message(&self, _message: Message) -> Vec<Message> {
        vec![Message::text("s".repeat(SMALL)); BATCH]
    }
}

/// A message without constraints in its schema.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Bare {
    /// The text.
    pub message: String,
}

/// A message with constraints in its schema.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Checked {
    /// The text.
    #[schemars(length(min = 1, max = 1000))]
    pub message: String,
}

/// An internally tagged enum.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Choice {
    /// A variant with a constraint.
    Text {
        /// The text.
        #[schemars(length(min = 1, max = 500))]
        text: String,
        /// The recipient.
        to: Vec<String>,
    },
    /// A variant with numbers.
    Move {
        /// The horizontal position.
        x: f64,
        /// The vertical position.
        y: f64,
    },
    /// A variant without content.
    Who,
}

/// The query of the typed route.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Greet {
    id: String,
}

/// The reply of the typed route.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Reply {
    /// The name of the sender.
    pub id: String,
    /// The text.
    pub message: String,
    /// A number that stands in for a timestamp.
    pub time: u64,
}

/// A route whose messages are decoded, validated and answered.
pub struct Typed;

#[ws_route("/typed", query = Greet, body = Checked, response = Reply)]
impl Typed {
    fn message(&self, ws: &Socket<Self>, said: Checked) -> Reply {
        Reply { id: ws.query().id.clone(), message: said.message, time: 1_700_000_000_000 }
    }
}

/// A route that publishes each message to all other sockets.
pub struct Room;

#[ws_route("/room")]
impl Room {
    fn open(&self, ws: &Socket<Self>) -> Result<(), SubscribeError> {
        ws.subscribe("room")?;
        Ok(())
    }

    fn message(&self, ws: &Socket<Self>, message: Message) {
        let _ = ws.publish("room", &message);
    }
}
