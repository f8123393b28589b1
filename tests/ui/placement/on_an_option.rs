//! The route cannot be an `Option`. The suggested wrapper struct avoids names in the type.

use ws_runtime::{Message, Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Option<Chat> {
    fn message(&self, ws: &Socket<Self>, message: Message) {
        ws.publish("all", &message);
    }
}

fn main() {
    let _ = (Server::new(), Some(Chat));
}
