//! A handler cannot be generic.

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
    fn message<T>(&self, say: T) {
        drop(say);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
