//! The value of a flag must be `on` or `off`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", publish_to_self = yes)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
