//! A variant cannot have two handlers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Say {
    JoinRoom,
}

struct Chat;

#[ws_route("/chat", body = Say)]
impl Chat {
    fn message_join_room(&self) {}

    fn message_joinRoom(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
