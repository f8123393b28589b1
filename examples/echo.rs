//! What comes in goes out: text as text, binary as binary, up to 64 MiB, compressed if the client likes, at `ws://127.0.0.1:3000/echo`.
//!
//! It is also what the conformance tests drive, some of which cut a message into a frame for each of a hundred thousand
//! parts.

use tokio::net::TcpListener;
use ws_runtime::{Message, Server, shutdown_signal, ws_route};

struct Echo;

// The outbound queue takes an echo of the longest message beside another one. Everything is compressed for clients that offer
// it, as far as they have it.
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
