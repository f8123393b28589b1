//! What arrives is made of bytes, which a trait's object is not, and goes to another thread, which this one may not.

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
