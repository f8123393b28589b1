//! A path is listed once.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route(["/chat", "/chat"])]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
