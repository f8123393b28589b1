//! A response type without derives causes one error, at its declaration, even if it is sent.

use serde::Serialize;
use ws_runtime::{Server, Socket, ws_route};

#[derive(Serialize)]
struct Plain;

struct Chat;

#[ws_route("/chat", response = Plain)]
impl Chat {
    fn open(&self, ws: &Socket<Self>) {
        ws.send(&Plain);
        ws.publish("all", &Plain);
    }

    fn close(&self, ws: &Socket<Self>) {
        ws.publish("all", &Plain);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
