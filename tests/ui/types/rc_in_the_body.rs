//! The body type must be `Send`, which an `Rc` is not.

use ws_runtime::{Server, Socket, ws_route};

use std::rc::Rc;

struct Chat;

#[ws_route("/chat", body = Rc<String>)]
impl Chat {
    async fn message(&self, ws: &Socket<Self>, text: Rc<String>) {
        ws.publish("all", &**text);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
