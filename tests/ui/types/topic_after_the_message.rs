//! The topic is the first argument of `publish`.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat", response = u32)]
impl Chat {
    fn open(&self, ws: &Socket<Self>) {
        ws.publish(&7, "all");
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
