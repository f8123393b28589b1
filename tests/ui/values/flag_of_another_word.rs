//! Flags are true or false.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", send_pings = yes)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
