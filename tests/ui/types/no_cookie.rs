//! If `cookie` is not set, `cookie()` has no fields, as its type `NoCookie` says.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe(&ws.cookie().name);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
