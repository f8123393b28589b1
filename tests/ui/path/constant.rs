//! The path cannot be a constant, because the attribute runs before constants are evaluated.

use ws_runtime::{Server, Socket, ws_route};

const PATH: &str = "/chat/{room}";

struct Chat;

#[ws_route(PATH, body = String, response = String)]
impl Chat {
    fn message(&self, ws: &Socket<Self>, text: String) {
        ws.publish(&ws.params().room, &text);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
