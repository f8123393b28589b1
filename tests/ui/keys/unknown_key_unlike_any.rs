//! For an unknown key that resembles no other, the error refers to the documentation.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", colour = "red")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
