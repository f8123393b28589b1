//! A capture that a path lacks is an `Option`.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route(["/chat", "/chat/{room}"], response = String)]
impl Chat {
    fn open(&self, ws: &Socket<Self>) -> String {
        ws.params().room.clone()
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
