//! For a misspelt key, the error suggests the correct one.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", idle_timout = 60)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
