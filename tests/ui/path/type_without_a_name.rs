//! The type of a capture must be a concrete type.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat/{room: impl Into<String>}")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
