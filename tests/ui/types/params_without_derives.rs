//! The params type must be readable from captures.

use ws_runtime::{Server, ws_route};

struct Plain;

struct Chat;

#[ws_route("/chat/{room}", params = Plain)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
