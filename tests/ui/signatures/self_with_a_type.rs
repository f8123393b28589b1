//! A handler takes `&self`, not a receiver such as `self: Arc<Self>`.

use std::sync::Arc;

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(self: Arc<Self>) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
