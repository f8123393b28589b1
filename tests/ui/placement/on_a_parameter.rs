//! The route cannot be a type parameter.

use ws_runtime::{Message, Socket, ws_route};

#[ws_route("/chat")]
impl<T: Send> T {
    fn message(&self, ws: &Socket<Self>, message: Message) {
        ws.publish("all", &message);
    }
}

fn main() {}
