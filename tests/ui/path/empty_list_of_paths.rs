//! A list of paths has at least one.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route([])]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
