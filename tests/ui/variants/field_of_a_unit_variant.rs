//! The handler of a unit variant takes no content.

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

    fn message_who(&self, who: String) {
        drop(who);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
