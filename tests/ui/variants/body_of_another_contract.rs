//! The `body` of the route must be the body of its contract.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_contract, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Said {
    Text(String),
    Who,
}

struct Chat;

#[ws_contract("/chat", body = String)]
struct ChatApi;

#[ws_route(ChatApi, body = Said)]
impl Chat {
    fn message_text(&self, text: String) {
        drop(text);
    }

    fn message_who(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
