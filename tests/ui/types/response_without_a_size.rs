//! The response type must have a known size.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat", body = String, response = str)]
impl Chat {
    fn open(&self, ws: &Socket<Self>) {
        ws.send("hello");
    }

    async fn message(&self, ws: &Socket<Self>, _text: String) -> &'static str {
        ws.publish("all", "news");
        "thanks"
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
