//! The handler of a newtype variant must take the type that the variant holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Said {
    Text(String),
    Who,
}

struct Chat;

#[ws_route("/chat", body = Said, response = String)]
impl Chat {
    fn message_text(&self, text: u8) {
        let _ = text;
    }

    fn message_who(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
