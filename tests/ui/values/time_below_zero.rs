//! A time cannot be negative.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", idle_timeout = -1)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
