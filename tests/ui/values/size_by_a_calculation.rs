//! A calculated size needs the word `const`.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat", max_payload_length = 64 * 1024, publish_to_self = off)]
impl Chat {
    fn open(&self, _ws: &Socket<Self>) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
