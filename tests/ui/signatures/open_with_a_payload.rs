//! `open` takes no argument after the connection.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self, ws: &Socket<Self>, say: u8) {
        let _ = (ws, say);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
