//! `open` takes the connection by reference.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self, ws: Socket<Self>) {
        drop(ws);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
