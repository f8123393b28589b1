//! An unknown key that resembles none refers to the documentation.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", colour = "red")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
