//! The compiler reports an unfinished handler before others.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self, ws: &ws_runtime::Socket<Self>)

    fn close(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
