//! The query type cannot borrow.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", query = std::borrow::Cow<'_, str>)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
