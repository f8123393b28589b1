//! The handler of a variant takes its content by value.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, Socket, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Said {
    Text(String),
}

struct Chat;

#[ws_route("/chat", body = Said)]
impl Chat {
    fn message_text(&self, ws: &Socket<Self>, text: &String) {
        let _ = (ws, text);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
