//! A trait object cannot be decoded.

use ws_runtime::{Server, Socket, ws_route};

trait Say {}

struct Chat;

#[ws_route("/chat", body = Box<dyn Say + Send>)]
impl Chat {
    fn message(&self, _ws: &Socket<Self>, _say: Box<dyn Say + Send>) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
