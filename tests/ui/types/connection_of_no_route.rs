//! The connection is a socket of a route, and of this one.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

struct Other;

#[ws_route("/chat")]
impl Chat {
    fn open(&self, ws: &Socket<Other>) {
        let _ = ws;
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
