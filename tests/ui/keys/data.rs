//! The type of the connection's data is not a key; `before_handle` returns it.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", data = String)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
