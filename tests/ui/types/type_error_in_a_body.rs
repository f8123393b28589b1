//! The compiler reports type errors in method bodies.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self) {
        let room: u8 = "lobby";
        drop(room);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
