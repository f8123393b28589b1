//! A size limit cannot be zero; no limit is written `off`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", backpressure_limit = "0MiB")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
