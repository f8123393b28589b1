//! A size must fit in 32 bits.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", max_payload_length = "8GiB")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
