//! A time with a unit must be a string.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", idle_timeout = 60s)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
