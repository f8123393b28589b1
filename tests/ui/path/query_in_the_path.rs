//! The query is a type of its own.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat?name=ada")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
