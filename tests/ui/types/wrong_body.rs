//! `message` must take the type that `body` declares.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Say {
    text: String,
}

struct Chat;

#[ws_route("/chat", body = Say)]
impl Chat {
    fn message(&self, text: String) {
        drop(text);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
