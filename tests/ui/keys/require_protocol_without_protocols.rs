//! `require_protocol` needs `protocols`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", require_protocol)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
