//! `message` takes its message by value.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, Socket, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Say {
    text: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Heard {
    text: String,
}

struct Chat;

#[ws_route("/chat", body = Say, response = Heard)]
impl Chat {
    fn message(&self, ws: &Socket<Self>, say: &Say) {
        let _ = (ws, say);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
