//! A block cannot be two routes, even if an attribute is written by its path.

use ws_runtime::Server;

struct Chat;

#[ws_runtime::ws_route("/chat")]
#[ws_runtime::ws_route("/room")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
