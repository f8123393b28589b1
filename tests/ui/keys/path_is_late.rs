//! The path must be the first argument.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route(idle_timeout = 60, "/chat")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
