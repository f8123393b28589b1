//! A value needs a key.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", 60)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
