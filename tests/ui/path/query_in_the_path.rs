//! A path cannot contain a query string.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat?name=ada")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
