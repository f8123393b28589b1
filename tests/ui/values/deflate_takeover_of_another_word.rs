//! The value of `server_no_context_takeover` must be `on` or `off`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", per_message_deflate(server_no_context_takeover = yes))]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
