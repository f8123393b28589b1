//! A block is one route, however the attribute is named.

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
