//! A capture must be a whole segment.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat/room-{id}")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
