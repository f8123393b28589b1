//! Without `before_handle`, a connection has no data.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat", response = String)]
impl Chat {
    fn open(&self, ws: &Socket<Self>) -> String {
        ws.data().name.clone()
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
