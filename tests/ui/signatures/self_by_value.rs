//! A handler takes `&self`, not `self`, because all handlers share the route.

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

#[ws_route("/chat", body = Say, response = Heard)]
impl Chat {
    fn message(self, say: Say) {
        drop(say);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
