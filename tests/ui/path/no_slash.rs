//! A path must start with a slash.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("chat")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
