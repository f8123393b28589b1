//! A path cannot contain a scheme and a host.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("ws://localhost:3000/chat")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
