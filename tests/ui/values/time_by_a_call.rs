//! A function call as a time needs the word `const`.

use std::time::Duration;

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat", idle_timeout = Duration::from_secs(5))]
impl Chat {
    fn open(&self, _ws: &Socket<Self>) {}
}

fn main() {
    let _ = (Server::new().route(Chat), Duration::ZERO);
}
