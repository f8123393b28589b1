//! The connection's data cannot borrow from the handshake, because it outlives the handshake.

use ws_runtime::{Handshake, Reject, Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<&str, Reject> {
        let _ = handshake;
        Ok("ada")
    }

    fn open(&self, ws: &Socket<Self>) {
        let _ = ws.data();
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
