//! What the bits are is known when the route is compiled.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", per_message_deflate(client_max_window_bits = FULL))]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
