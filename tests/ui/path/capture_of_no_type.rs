//! The colon of a capture must be followed by a type.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat/{room: 3}")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
