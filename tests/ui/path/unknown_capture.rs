//! The fields of the params are the captures of the path.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat/{room}")]
impl Chat {
    fn open(&self, ws: &Socket<Self>) {
        let _ = &ws.params().rooom;
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
