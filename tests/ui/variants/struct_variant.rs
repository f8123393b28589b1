//! The handler of a struct variant needs `#[ws_fields]`, even for a single field.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Said {
    Text { text: String },
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
