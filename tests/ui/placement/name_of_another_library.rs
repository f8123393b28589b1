//! For `on_connect`, as in other libraries, the error names the handler `open`.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat", body = String)]
impl Chat {
    pub fn on_connect(&self, ws: &Socket<Self>) {
        let _ = ws;
    }

    fn message(&self, text: String) {
        drop(text);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
