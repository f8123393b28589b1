//! An `Option` as a reply must contain the response type.

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
    fn open(&self) -> Option<Say> {
        None
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
