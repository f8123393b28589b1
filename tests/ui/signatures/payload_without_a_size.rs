//! An argument must have a known size.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", body = String)]
impl Chat {
    fn message(&self, text: str) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
