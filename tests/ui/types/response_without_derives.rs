//! The response type must be encodable.

use ws_runtime::{Server, ws_route};

struct Plain;

struct Chat;

#[ws_route("/chat", response = Plain)]
impl Chat {
    fn open(&self) -> Plain {
        Plain
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
