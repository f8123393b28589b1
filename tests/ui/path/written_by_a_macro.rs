//! The path cannot be a macro call, because an attribute cannot expand it.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route(concat!("/chat", "/{room}"), idle_timeout = 60)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
