//! An asynchronous `transform_message` must return a `Message`.

use ws_runtime::{Message, Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    async fn transform_message(&self, message: Message) -> String {
        drop(message);
        String::new()
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
