//! The future of a handler must be `Send`, even if it returns nothing.

use std::rc::Rc;

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    async fn close(&self) {
        let count = Rc::new(1);
        std::future::ready(()).await;
        drop(count);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
