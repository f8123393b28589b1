//! `reserved_tag` cannot be another member of the library's frames.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", reserved_tag = "detail")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
