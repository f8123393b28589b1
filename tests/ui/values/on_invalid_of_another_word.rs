//! There are three answers.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", on_invalid = drop)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
