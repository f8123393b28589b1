//! The name of a capture must be a valid field name.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat/{room-id}")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
