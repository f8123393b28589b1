//! A member that the library's frames already have.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", reserved_tag = "detail")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
