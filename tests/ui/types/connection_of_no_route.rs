//! The route of a `Socket` must be the route of the block, not another type.

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
