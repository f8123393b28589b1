//! The name of a subprotocol cannot contain a space.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", protocols = ["chat v1"])]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
