//! The first argument must be a path or a contract.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route(idle_timeout = 60)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
