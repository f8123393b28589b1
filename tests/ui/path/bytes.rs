//! The path must be a string literal, not a byte string.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route(b"/chat")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
