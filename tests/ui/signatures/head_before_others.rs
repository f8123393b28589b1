//! A handler that has no body yet.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self, ws: &ws_runtime::Socket<Self>)

    fn close(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
