//! `protocols` cannot be empty.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", protocols = [])]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
