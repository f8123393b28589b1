//! A route needs at least one handler.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn helper(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
