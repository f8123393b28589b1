//! Captures are written in braces, not in brackets as in file-based routes.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat/[room]")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
