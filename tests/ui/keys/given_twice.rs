//! A key can be set only once.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", idle_timeout = 60, idle_timeout = 30)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
