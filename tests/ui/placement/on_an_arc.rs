//! The route cannot be an `Arc`.

use ws_runtime::{Message, Server, Socket, ws_route};

use std::sync::Arc;

struct Chat;

#[ws_route("/chat")]
impl Arc<Chat> {
    async fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("all");
    }

    fn message(&self, ws: &Socket<Self>, message: Message) {
        ws.publish("all", &message);
    }
}

fn main() {
    let _ = (Server::new(), Arc::new(Chat));
}
