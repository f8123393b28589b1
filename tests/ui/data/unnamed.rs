//! The connection's data must have a named type, not `impl …`.

use ws_runtime::{Handshake, Reject, Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<impl Sized, Reject> {
        let _ = handshake;
        Ok(1)
    }

    fn open(&self, ws: &Socket<Self>) {
        let _ = ws.data();
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
