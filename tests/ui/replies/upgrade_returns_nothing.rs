//! `upgrade` must return header fields.

use ws_runtime::{Handshake, Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn upgrade(&self, handshake: &Handshake<Self>) {
        let _ = handshake;
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
