//! The path is the first argument and has no key.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route(path = "/chat")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
