//! The error of `transform_message` is a string or an error type.

use ws_runtime::{Message, Server, ws_route};

struct Seen;

struct Chat;

#[ws_route("/chat", body = String)]
impl Chat {
    fn transform_message(&self, message: Message) -> Result<Message, Seen> {
        if message.is_empty() { Err(Seen) } else { Ok(message) }
    }

    fn message(&self, _text: String) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
