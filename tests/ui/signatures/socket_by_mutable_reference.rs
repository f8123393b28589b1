//! A handler takes the socket by shared reference, because all tasks share it.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self, _ws: &mut Socket<Self>) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
