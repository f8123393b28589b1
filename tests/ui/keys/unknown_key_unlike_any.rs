//! A word that is near to none gets them all.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", colour = "red")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
