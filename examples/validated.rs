//! A message and a reply, both validated. `ws://127.0.0.1:3000/ws?id=ada` accepts `{"message": "hello"}` and replies
//! with `{"id": "ada", "message": "hello", "time": 1767225600000}`.
//!
//! Without `id`, the handshake gets 422. For an invalid message, the reply names the error.

use std::time::{SystemTime, UNIX_EPOCH};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use ws_runtime::{Server, Socket, shutdown_signal, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Who {
    id: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Said {
    message: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Heard {
    id: String,
    message: String,
    /// Time in milliseconds since 1970.
    time: u64,
}

struct Validated;

#[ws_route("/ws", query = Who, body = Said, response = Heard)]
impl Validated {
    fn message(&self, ws: &Socket<Self>, said: Said) -> Heard {
        Heard { id: ws.query().id.clone(), message: said.message, time: now() }
    }
}

/// The time in milliseconds since 1970, as JavaScript's `Date.now()` returns it.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(u64::MAX)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let server = Server::new().route(Validated).shutdown_on(shutdown_signal());
    println!("listening on http://{}", listener.local_addr()?);

    let handle = server.handle();
    server.serve(listener).await?;
    let ended = handle.ended().await;
    println!("closed {} cleanly, cut off {}", ended.clean, ended.forced);
    Ok(())
}
