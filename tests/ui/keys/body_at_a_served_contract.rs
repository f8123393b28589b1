//! The route of a shared contract cannot set `body`, because the contract declares it.

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

#[ws_route(ChatApi, body = Say)]
impl Chat {
    fn message(&self, say: Say) {
        drop(say);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
