//! The server that the benchmarks measure: an echo, typed messages with and without constraints, and a room.

use std::time::{SystemTime, UNIX_EPOCH};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use ws_runtime::{Deflate, Message, Server, Socket, SubscribeError, shutdown_signal, ws_route};

/// A route that echoes messages unchanged.
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

/// A message whose schema has no constraints except for its type.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Said {
    message: String,
}

struct Json;

#[ws_route("/json", query = Who, body = Said, response = Heard)]
impl Json {
    fn message(&self, ws: &Socket<Self>, said: Said) -> Heard {
        Heard { id: ws.query().id.clone(), message: said.message, time: now() }
    }
}

/// A message whose schema has constraints that its type does not express.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Checked {
    #[schemars(length(min = 1, max = 1000))]
    message: String,
}

struct JsonChecked;

#[ws_route("/json-checked", query = Who, body = Checked, response = Heard)]
impl JsonChecked {
    fn message(&self, ws: &Socket<Self>, said: Checked) -> Heard {
        Heard { id: ws.query().id.clone(), message: said.message, time: now() }
    }
}

/// A route that publishes each message to the other sockets.
struct Room;

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

/// The time in milliseconds since 1970, as JavaScript's `Date.now()` returns it.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(u64::MAX)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let mut server = Server::new().route(Echo).route(Json).route(JsonChecked).route(Room);
    // `DEFLATE=3` enables compression at level 3, and likewise for the levels 1 to 9.
    let level = std::env::var("DEFLATE").ok().and_then(|level| level.parse().ok());
    if let Some(level) = level.filter(|level| (1..=9).contains(level)) {
        server = server.per_message_deflate(Deflate::new().level(level));
    }
    let server = server.shutdown_on(shutdown_signal());
    println!("listening on http://{}", listener.local_addr()?);

    let handle = server.handle();
    server.serve(listener).await?;
    let ended = handle.ended().await;
    println!("closed {} cleanly, cut off {}", ended.clean, ended.forced);
    Ok(())
}
