//! A space is percent-encoded, and other letters are as well.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/café")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
