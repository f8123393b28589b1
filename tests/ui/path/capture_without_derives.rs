//! The type of a capture must be parsable from a path segment.

use ws_runtime::{Server, ws_route};

struct Plain;

struct Chat;

#[ws_route("/chat/{room: Plain}")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
