//! A time cannot exceed one year, because a longer one is probably a typo.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", idle_timeout = "20000h")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
