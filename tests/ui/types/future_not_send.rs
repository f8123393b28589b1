//! The future of a handler must be `Send`.

use std::rc::Rc;

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    async fn open(&self) {
        let local = Rc::new(1);
        std::future::ready(()).await;
        drop(local);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
