//! The response type must have a name, unlike `impl Clone`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", response = impl Clone)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
