//! A route is a type of its own, and not whatever type somebody chooses.

use ws_runtime::{Message, Socket, ws_route};

#[ws_route("/chat")]
impl<T: Send> T {
    fn message(&self, ws: &Socket<Self>, message: Message) {
        ws.publish("all", &message);
    }
}

fn main() {}
