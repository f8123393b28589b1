//! A type follows the colon of a capture.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat/{room: 3}")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
