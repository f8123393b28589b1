//! Spaces and non-ASCII letters in a path must be percent-encoded.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/café")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
