//! Two paths of a route differ by more than the names of captures.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route(["/chat/{room}", "/chat/{name}"])]
impl Chat {
    fn open(&self, ws: &Socket<Self>) -> Option<String> {
        ws.params().room.clone()
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
