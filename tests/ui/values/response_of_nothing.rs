//! The response type cannot be `()`. A route that sends nothing has no `response`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", body = String, response = ())]
impl Chat {
    fn open(&self) {}

    fn message(&self, _text: String) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
