//! A constant as a time must be a `Duration`.

use ws_runtime::{Server, ws_route};

const IDLE: u64 = 60;

struct Chat;

#[ws_route("/chat", idle_timeout = const IDLE)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
