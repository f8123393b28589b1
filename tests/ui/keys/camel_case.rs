//! Keys are written in snake case.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", maxPayloadLength = "1MiB")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
