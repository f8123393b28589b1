//! A timeout cannot be zero; no timeout is written `off`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", close_timeout = "0s")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
