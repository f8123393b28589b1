//! The key `query` needs a type.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", query)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
