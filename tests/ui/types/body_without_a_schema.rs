//! The body type needs both derives, `Deserialize` and `JsonSchema`.

use ws_runtime::{Server, ws_route};

#[derive(serde::Deserialize)]
struct Say {
    text: String,
}

struct Chat;

#[ws_route("/chat", body = Say)]
impl Chat {
    fn message(&self, say: Say) {
        drop(say.text);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
