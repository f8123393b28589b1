//! Keys of `per_message_deflate` must be separated by commas.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", per_message_deflate(level = 1 threshold = 512))]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
