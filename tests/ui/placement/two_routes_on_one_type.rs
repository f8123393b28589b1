//! A type cannot be two routes.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self) {}
}

#[ws_route("/room")]
impl Chat {
    fn close(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
