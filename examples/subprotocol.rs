//! A token in the query, and a subprotocol. `ws://127.0.0.1:3000/ws?token=allow` replies with `echo:` and the text.
//! Without the token, the handshake gets 403. `machbase.rpc` is selected if the client offers it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use ws_runtime::{Handshake, Reject, Server, Socket, shutdown_signal, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Admission {
    /// The token, or `None` if it is missing. It is optional, so that a request without it gets 403 instead of 422.
    token: Option<String>,
}

struct Rpc;

#[ws_route("/ws", query = Admission, body = String, response = String, protocols = ["machbase.rpc"])]
impl Rpc {
    /// Accepts clients with a valid token, and keeps the requested path as the connection's data.
    fn before_handle(&self, handshake: &Handshake<Self>) -> Result<String, Reject> {
        match handshake.query().token.as_deref() {
            Some("allow") => Ok(handshake.uri().path().to_owned()),
            _ => Err(Reject::status(403).body("the token does not allow it\n")),
        }
    }

    fn open(&self, ws: &Socket<Self>) {
        // A request of an older HTTP version cannot be upgraded, and a newer version has no `Upgrade` (RFC 6455
        // §4.2.1).
        println!("{} over HTTP/1.1, subprotocol {}", ws.data(), ws.protocol().unwrap_or("none"));
    }

    fn message(&self, text: String) -> String {
        format!("echo:{text}")
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let server = Server::new().route(Rpc).shutdown_on(shutdown_signal());
    println!("listening on http://{}", listener.local_addr()?);

    let handle = server.handle();
    server.serve(listener).await?;
    let ended = handle.ended().await;
    println!("closed {} cleanly, cut off {}", ended.clean, ended.forced);
    Ok(())
}
