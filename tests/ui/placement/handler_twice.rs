//! A block cannot contain a handler twice.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self) {}

    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
