//! A handler cannot be `extern`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    extern "C" fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
