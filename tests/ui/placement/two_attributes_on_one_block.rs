//! A block cannot be two routes.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
#[ws_route("/room")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
