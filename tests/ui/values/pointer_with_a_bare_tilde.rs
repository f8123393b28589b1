//! A tilde in a JSON pointer must be escaped.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", latest_by_key = "/a~b")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
