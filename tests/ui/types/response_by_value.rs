//! A message is sent by reference.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, Socket, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Heard {
    text: String,
}

struct Chat;

#[ws_route("/chat", response = Heard)]
impl Chat {
    fn open(&self, ws: &Socket<Self>) {
        ws.send(Heard { text: String::new() });
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
