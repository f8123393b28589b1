//! The name of a topic must be a string.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe(7);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
