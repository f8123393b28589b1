//! The name of a handler must contain the name of a variant.

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
    fn message_text(&self, text: String) -> String {
        text
    }

    fn message_whoo(&self) {}

    fn message_who(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
