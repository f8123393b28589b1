//! A contract cannot set options of the server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_contract, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Say {
    text: String,
}

struct Chat;

#[ws_contract("/chat", body = Say, idle_timeout = 60)]
struct ChatApi;

#[ws_route(ChatApi)]
impl Chat {
    fn message(&self, say: Say) {
        drop(say);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
