//! `const` must be followed by a constant.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", rate_limit = const, idle_timeout = 60)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
