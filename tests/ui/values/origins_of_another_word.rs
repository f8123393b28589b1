//! The only word that `origins` accepts is `any`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", origins = all)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
