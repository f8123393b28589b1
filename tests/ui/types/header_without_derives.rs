//! The header type must be readable from header fields.

use ws_runtime::{Server, ws_route};

struct Plain;

struct Chat;

#[ws_route("/chat", header = Plain)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
