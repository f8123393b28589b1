//! The value of a key follows `=`, not parentheses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Join {
    name: String,
}

struct Chat;

#[ws_route("/chat", query(Join))]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
