//! The type of the connection's data must be in scope.

use ws_runtime::{Handshake, Reject, Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<Member, Reject> {
        let _ = handshake;
        Err(Reject::status(401))
    }

    fn open(&self, ws: &Socket<Self>) {
        let _ = ws.data();
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
