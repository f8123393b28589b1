//! The request is kept only with `keep_request`.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat", response = String)]
impl Chat {
    fn open(&self, ws: &Socket<Self>) -> String {
        ws.request().uri().to_string()
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
