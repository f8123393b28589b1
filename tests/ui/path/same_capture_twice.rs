//! The captures of a path must have different names.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/{room}/{room}")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
