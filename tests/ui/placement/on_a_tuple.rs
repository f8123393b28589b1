//! The route cannot be a tuple.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl (Chat, u8) {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("all");
    }
}

fn main() {
    let _ = (Server::new(), (Chat, 1));
}
