//! A typo gets a suggestion.

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
