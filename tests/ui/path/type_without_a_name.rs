//! A capture's type is made of a segment, so it is one.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat/{room: impl Into<String>}")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
