//! `protocol` returns a subprotocol or `None`.

use ws_runtime::{Handshake, Server, ws_route};

struct Chat;

#[ws_route("/chat", protocols = ["v1"])]
impl Chat {
    fn protocol(&self, _handshake: &Handshake<Self>) {}

    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
