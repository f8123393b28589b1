//! The value of `reserved_tag` must be a string.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", reserved_tag = kind)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
