//! Independent mistakes are all reported in one build.

use bytes::Bytes;
use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat/:room", bdoy = Say, idle_timeout = "soon", protocols = ["v1", "v1"], on_invalid = drop)]
impl Chat {
    fn open(&mut self) {}

    fn on_drain(&self) {}

    fn ping(&self, ws: &Socket<Self>, payload: Bytes, more: u8) {
        let _ = (ws, payload, more);
    }

    fn message(&self, text: impl Into<String>) {
        let _: String = text.into();
    }

    fn close(&self) -> u8 {
        0
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
