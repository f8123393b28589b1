//! An unfinished return type causes one error, although the compiler drops the rest of the block.

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
