//! The error of a handshake handler must convert into a `Reject`.

use ws_runtime::{Handshake, Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<String, std::io::Error> {
        let _ = handshake;
        Ok(String::new())
    }

    fn open(&self, ws: &Socket<Self>) {
        let _ = ws.data();
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
