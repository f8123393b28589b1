//! A constant as a time needs the word `const`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", idle_timeout = IDLE)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
