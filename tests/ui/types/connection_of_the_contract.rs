//! The type parameter of a `Socket` is the route, not its contract.

use ws_runtime::{Server, Socket, ws_contract, ws_route};

#[ws_contract("/chat", body = String, response = String)]
struct ChatApi;

struct Chat;

#[ws_route(ChatApi)]
impl Chat {
    async fn open(&self, ws: &Socket<ChatApi>) {
        ws.subscribe("all");
    }

    fn message(&self, ws: &Socket<ChatApi>, text: String) {
        ws.publish("all", &text);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
