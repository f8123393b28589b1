//! `before_handle` must return the connection's data in a `Result`.

use ws_runtime::{Handshake, Server, Socket, ws_route};

struct Member;

struct Chat;

#[ws_route("/chat")]
impl Chat {
    async fn before_handle(&self, handshake: &Handshake<Self>) -> Member {
        let _ = handshake;
        Member
    }

    fn open(&self, ws: &Socket<Self>) {
        let _ = ws.data();
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
