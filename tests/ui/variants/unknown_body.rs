//! The enum whose variants have handlers must be in scope.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", body = Said)]
impl Chat {
    fn message_text(&self, _text: String) {}

    fn message_who(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
