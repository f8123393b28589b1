//! The reply of an asynchronous handler must have the response type.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Heard {
    text: String,
}

struct Chat;

#[ws_route("/chat", response = Heard)]
impl Chat {
    async fn open(&self) -> u32 {
        1
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
