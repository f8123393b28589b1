//! A `Handshake` needs the type of its route.

use ws_runtime::{Handshake, Reject, Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat/{room}")]
impl Chat {
    async fn before_handle(&self, handshake: &Handshake) -> Result<String, Reject> {
        Ok(handshake.params().room.clone())
    }

    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe(ws.data());
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
