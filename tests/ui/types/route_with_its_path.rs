//! A route is added to a server without its path.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route("/chat", Chat);
}
