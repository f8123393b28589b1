//! A space in a path must be percent-encoded.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat room")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
