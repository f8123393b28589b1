//! An origin cannot contain a path.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", origins = ["https://example.com/"])]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
