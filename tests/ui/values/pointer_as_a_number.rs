//! A JSON pointer must be a string.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", latest_by_key = 3)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
