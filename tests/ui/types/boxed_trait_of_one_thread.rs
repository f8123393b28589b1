//! A trait object cannot be decoded, and must be `Send` to be a message at all.

use ws_runtime::{Server, Socket, ws_route};

trait Say {}

struct Chat;

#[ws_route("/chat", body = Box<dyn Say>)]
impl Chat {
    fn message(&self, _ws: &Socket<Self>, _say: Box<dyn Say>) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
