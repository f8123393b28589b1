//! Echoes each message at `ws://127.0.0.1:3000/echo`: text as text, binary as binary, up to 64 MiB, and compressed if
//! the client offers it.
//!
//! The conformance tests use this example, too. Some of them split a message into a hundred thousand frames.

use tokio::net::TcpListener;
use ws_runtime::{Message, Server, shutdown_signal, ws_route};

struct Echo;

// The outbound queue has room for two echoes of the longest message. Messages of any length are compressed, with the
// parameters that the client offers.
#[ws_route(
    "/echo",
    max_payload_length = "64MiB",
    max_fragments = 131072,
    backpressure_limit = "128MiB",
    per_message_deflate(threshold = 0, server_no_context_takeover = off, client_no_context_takeover = off)
)]
impl Echo {
    fn message(&self, message: Message) -> Message {
        message
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let server = Server::new().route(Echo).shutdown_on(shutdown_signal());
    println!("listening on http://{}", listener.local_addr()?);

    let handle = server.handle();
    server.serve(listener).await?;
    let ended = handle.ended().await;
    println!("closed {} cleanly, cut off {}", ended.clean, ended.forced);
    Ok(())
}
