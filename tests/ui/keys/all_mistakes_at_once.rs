//! Every mistake is reported in one build.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("chat/:room", bdoy = Say, idle_timeout = "soon", protocols = ["a", "a"])]
impl Chat {
    fn open(&mut self) {}

    fn on_message(&self) {}

    unsafe fn close(&self) -> u8 {
        0
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
