//! A route cannot borrow.

use ws_runtime::{Message, Server, Socket, ws_route};

struct Chat<'a>(&'a str);

#[ws_route("/chat")]
impl<'a> Chat<'a> {
    fn open(&self, ws: &Socket<Self>) {
        let topic: &'a str = self.0;
        ws.subscribe(topic);
    }

    fn message(&self, ws: &Socket<Self>, message: Message) {
        ws.send(&message);
    }
}

fn main() {
    let _ = Server::new().route(Chat("lobby"));
}
