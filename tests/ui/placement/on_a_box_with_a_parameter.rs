//! The route cannot be a `Box`, even of a generic type.

use ws_runtime::{Message, Server, Socket, ws_route};

struct Chat<T>(T);

#[ws_route("/chat")]
impl<T: Send + Sync + 'static> Box<Chat<T>> {
    fn message(&self, ws: &Socket<Self>, message: Message) {
        ws.publish("all", &message);
    }
}

fn main() {
    let _ = (Server::new(), Box::new(Chat(1)).0);
}
