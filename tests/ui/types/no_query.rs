//! If `query` is not set, `query()` has no fields, as its type `NoQuery` says.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe(&ws.query().name);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
