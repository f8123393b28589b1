//! A block without handlers answers nothing.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn helper(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
