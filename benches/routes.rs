//! What the server in memory serves. It must not know how it is driven.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Message, Server, Socket, SubscribeError, ws_route};

use crate::{BATCH, SMALL};

/// Returns a server of all the routes here, with one shard: one thread drives it.
pub fn server() -> Server {
    Server::new().route(Echo).route(Sink).route(Source).route(Typed).route(Room).shards(1)
}

/// Echoes as the bytes came.
pub struct Echo;

#[ws_route("/echo", max_payload_length = "64MiB", backpressure_limit = "128MiB")]
impl Echo {
    fn message(&self, message: Message) -> Message {
        message
    }
}

/// Takes messages, and answers an empty one alone, with an empty one: inbound work without outbound.
pub struct Sink;

#[ws_route("/sink")]
impl Sink {
    fn message(&self, message: Message) -> Option<Message> {
        message.is_empty().then_some(message)
    }
}

/// Answers each message with [`BATCH`] small ones: outbound work with little inbound.
pub struct Source;

#[ws_route("/source")]
impl Source {
    fn message(&self, _message: Message) -> Vec<Message> {
        vec![Message::text("s".repeat(SMALL)); BATCH]
    }
}

/// A message whose type alone says what is valid.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Bare {
    /// What is said.
    pub message: String,
}

/// A message whose schema says more than its type.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Checked {
    /// What is said.
    #[schemars(length(min = 1, max = 1000))]
    pub message: String,
}

/// Several messages, told apart by a tag.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Choice {
    /// One with a limit.
    Text {
        /// What is said.
        #[schemars(length(min = 1, max = 500))]
        text: String,
        /// To whom.
        to: Vec<String>,
    },
    /// One with numbers.
    Move {
        /// How far to the right.
        x: f64,
        /// How far down.
        y: f64,
    },
    /// One without content.
    Who,
}

/// What is asked of a typed connection.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Greet {
    id: String,
}

/// What a typed message is answered with.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Reply {
    /// Whose message it was.
    pub id: String,
    /// What was said.
    pub message: String,
    /// A number, where a real server would have the time.
    pub time: u64,
}

/// Typed messages: read, checked, answered.
pub struct Typed;

#[ws_route("/typed", query = Greet, body = Checked, response = Reply)]
impl Typed {
    fn message(&self, ws: &Socket<Self>, said: Checked) -> Reply {
        Reply { id: ws.query().id.clone(), message: said.message, time: 1_700_000_000_000 }
    }
}

/// Hands each message to everybody else.
pub struct Room;

#[ws_route("/room")]
impl Room {
    fn open(&self, ws: &Socket<Self>) -> Result<(), SubscribeError> {
        ws.subscribe("room")?;
        Ok(())
    }

    fn message(&self, ws: &Socket<Self>, message: Message) {
        ws.publish("room", &message);
    }
}
