//! A limit cannot be zero; no limit is written `off`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", max_fragments = 0)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
