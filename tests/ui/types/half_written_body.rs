//! The compiler reports an unfinished method body.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", body = String)]
impl Chat {
    async fn message(&self, text: String) {
        let length =
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
