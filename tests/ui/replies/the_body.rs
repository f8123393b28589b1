//! A reply must have the response type, not the body type.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Say {
    text: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Heard {
    text: String,
}

struct Chat;

#[ws_route("/chat", response = Heard)]
impl Chat {
    fn open(&self) -> Say {
        todo!()
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
