//! The names of handlers are in snake case.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", body = String)]
impl Chat {
    fn onMessage(&self, _text: String) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
