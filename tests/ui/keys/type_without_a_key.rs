//! A message type needs a key.

use ws_runtime::{Server, Socket, ws_route};

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Say {
    text: String,
}

struct Chat;

#[ws_route("/chat", Say)]
impl Chat {
    fn message(&self, ws: &Socket<Self>, say: Say) {
        ws.publish("all", &say);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
