//! The value of `on_invalid` must be one of three words.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", on_invalid = drop)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
