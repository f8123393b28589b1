//! The type of a capture must be in scope.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat/{room: U32}")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
