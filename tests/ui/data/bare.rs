//! Data comes in a `Result`.

use ws_runtime::{Handshake, Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    async fn before_handle(&self, handshake: &Handshake<Self>) -> String {
        let _ = handshake;
        String::new()
    }

    fn open(&self, ws: &Socket<Self>) {
        let _ = ws.data();
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
