//! `before_handle` must return the connection's data in a `Result`, not in an `Option`.

use ws_runtime::{Handshake, Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat", response = String)]
impl Chat {
    async fn before_handle(&self, handshake: &Handshake<Self>) -> Option<String> {
        handshake.headers().get("x-name")?.to_str().ok().map(ToOwned::to_owned)
    }

    async fn message(&self, ws: &Socket<Self>) -> String {
        ws.data().to_lowercase()
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
