//! `protocol` returns the name of a subprotocol.

use ws_runtime::{Handshake, Server, ws_route};

struct Chat;

#[ws_route("/chat", protocols = ["v1"])]
impl Chat {
    fn protocol(&self, _handshake: &Handshake<Self>) -> String {
        "v1".to_owned()
    }

    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
