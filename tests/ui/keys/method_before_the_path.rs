//! The path cannot follow an HTTP method, because a WebSocket request is always a GET.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route(GET, "/chat", body = String)]
impl Chat {
    fn message(&self, text: String) -> String {
        text
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
