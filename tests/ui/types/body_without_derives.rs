//! The body type must be decodable.

use ws_runtime::{Server, ws_route};

struct Plain;

struct Chat;

#[ws_route("/chat", body = Plain)]
impl Chat {
    fn message(&self, plain: Plain) {
        drop(plain);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
