//! A route has no method: the request of a WebSocket is a GET.

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
