//! A return type that is being written is the compiler's to judge, and its alone: it leaves out what stands behind.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", body = String)]
impl Chat {
    async fn message(&self, text: String) -> {}

    fn open(&self, ws: &ws_runtime::Socket<Self>) {
        ws.subscribe("all");
    }

    fn close(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
