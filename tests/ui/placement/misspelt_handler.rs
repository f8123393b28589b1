//! For a misspelt handler, the error suggests the correct name.

use ws_runtime::{Message, Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self) {}

    fn transfrom_message(&self, message: Message) -> Message {
        message
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
