//! For names of handlers in other frameworks, the error names the handler.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", body = String)]
impl Chat {
    fn on_open(&self) {}

    fn message(&self, text: String) {
        drop(text);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
