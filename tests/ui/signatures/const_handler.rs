//! A handler cannot be `const`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    const fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
