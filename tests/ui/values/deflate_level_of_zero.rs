//! Level 0 does not compress; write `off` instead.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", per_message_deflate(level = 0))]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
