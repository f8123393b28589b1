//! `message` takes its message by value, even as the only argument.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", body = String, response = String)]
impl Chat {
    fn message(&self, text: &str) -> String {
        text.to_owned()
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
