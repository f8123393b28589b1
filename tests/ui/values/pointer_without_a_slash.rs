//! A JSON pointer must start with a slash.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", latest_by_key = "symbol")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
