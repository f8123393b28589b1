//! A `Socket` without its route causes one error, even in several methods.

use ws_runtime::{Close, Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    async fn open(&self, ws: &Socket) {
        Self::greet(ws);
    }

    fn message(&self, ws: &Socket, text: ws_runtime::Message) {
        ws.publish("all", &text);
    }

    fn drain(&self, ws: &Socket) {
        ws.close(Close::NORMAL);
    }

    fn greet(ws: &Socket) {
        ws.send("hello");
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
