//! A method named `closed` is reported if it takes the arguments of the missing handler `close`.

use ws_runtime::{Closed, Server, ws_route};

struct Chat;

#[ws_route("/chat", body = String)]
impl Chat {
    fn message(&self, text: String) {
        drop(text);
    }

    fn closed(&self, closed: Closed) {
        drop(closed);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
