//! Arguments must be separated by commas.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat" idle_timeout = 60)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
