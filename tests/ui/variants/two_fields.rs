//! The handler of a variant cannot take two unnamed fields, but `message` can.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Said {
    Text(String, u8),
}

struct Chat;

#[ws_route("/chat", body = Said)]
impl Chat {
    fn message_text(&self, text: String) {
        drop(text);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
