//! A capture cannot be named `self`, because it becomes a field.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat/{self}")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
