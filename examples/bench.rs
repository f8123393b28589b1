//! What the benchmarks drive: an echo, typed messages without and with constraints, and a room.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Deflate, Message, Server, Socket, SubscribeError, ws_route};

/// Echoes as the bytes came.
struct Echo;

#[ws_route("/echo", max_payload_length = "64MiB", backpressure_limit = "128MiB")]
impl Echo {
    fn message(&self, message: Message) -> Message {
        message
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Who {
    id: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Heard {
    id: String,
    message: String,
    time: u64,
}

/// The type alone says what is valid.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Said {
    message: String,
}

struct Json;

#[ws_route("/json", query = Who, body = Said, response = Heard)]
impl Json {
    fn message(&self, ws: &Socket<Self>, said: Said) -> Heard {
        Heard { id: ws.query().id.clone(), message: said.message, time: ws_examples::now() }
    }
}

/// The schema says more than the type.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Checked {
    #[schemars(length(min = 1, max = 1000))]
    message: String,
}

struct JsonChecked;

#[ws_route("/json-checked", query = Who, body = Checked, response = Heard)]
impl JsonChecked {
    fn message(&self, ws: &Socket<Self>, said: Checked) -> Heard {
        Heard { id: ws.query().id.clone(), message: said.message, time: ws_examples::now() }
    }
}

/// Hands each message to everybody else.
struct Room;

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

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut server = Server::new().route(Echo).route(Json).route(JsonChecked).route(Room);
    // `DEFLATE=3` compresses at that level, from 1 to 9.
    if let Some(level) = ws_examples::setting::<u8>("DEFLATE")?.filter(|level| (1..=9).contains(level)) {
        server = server.per_message_deflate(Deflate::new().level(level));
    }
    ws_examples::serve(server).await
}
