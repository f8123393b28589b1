//! A statement must be inside of a method.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    let greeting = "hello";

    fn open(&self) -> &'static str {
        "hello"
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
