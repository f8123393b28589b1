//! If `body` is not set, the body type is `Message`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn message(&self, text: String) {
        drop(text);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
