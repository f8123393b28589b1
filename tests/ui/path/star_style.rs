//! A capture of the rest is written in braces, not with only a star as in other frameworks.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/files/*path")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
