//! A count has no type suffix.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", rate_limit = 20u8)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
