//! Other frameworks write the rest of a path with a star.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/files/*path")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
