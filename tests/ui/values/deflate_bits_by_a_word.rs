//! The exponent of a compression window must be a number.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", per_message_deflate(server_max_window_bits = all))]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
