//! The type of a capture cannot borrow.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat/{room: &str}")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
