//! Pings are enabled and disabled by `ping_interval`, not by `send_pings`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", send_pings = off)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
