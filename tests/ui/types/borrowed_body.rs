//! The body type cannot borrow.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", body = &str, response = String)]
impl Chat {
    fn message(&self, text: String) -> String {
        text
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
