//! A handler must take `&self`.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(ws: &Socket<Self>) {
        let _ = ws;
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
