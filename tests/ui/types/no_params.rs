//! If the path has no captures, `params()` has no fields, as its type `NoParams` says.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe(&ws.params().room);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
