//! `reserved_tag` cannot be empty.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", reserved_tag = "")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
