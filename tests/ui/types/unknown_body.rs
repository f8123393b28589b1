//! The body type must be in scope.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Say {
    text: String,
}

struct Chat;

#[ws_route("/chat", body = Sya)]
impl Chat {
    fn message(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
