//! The error of a reply must implement `Error`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Heard {
    text: String,
}

struct Plain;

struct Chat;

#[ws_route("/chat", response = Heard)]
impl Chat {
    fn open(&self) -> Result<Heard, Plain> {
        Err(Plain)
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
