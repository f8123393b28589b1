//! `protocols` must be a list.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", protocols = "v1")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
