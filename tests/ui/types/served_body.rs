//! The handler of a shared contract takes the body type of the contract.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_contract, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Say {
    text: String,
}

struct Chat;

#[ws_contract("/chat", body = Say)]
struct ChatApi;

#[ws_route(ChatApi)]
impl Chat {
    fn message(&self, text: String) {
        drop(text);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
