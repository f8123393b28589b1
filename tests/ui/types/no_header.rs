//! If `header` is not set, `header()` has no fields, as its type `NoHeader` says.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe(&ws.header().name);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
