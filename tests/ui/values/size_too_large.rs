//! A size must fit in an integer.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", max_payload_length = 99999999999999999999999)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
