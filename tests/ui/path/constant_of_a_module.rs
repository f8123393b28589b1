//! The path cannot be a constant of another module either.

use ws_runtime::{Server, ws_route};

mod paths {
    pub const CHAT: &str = "/chat";
}

struct Chat;

#[ws_route(paths::CHAT, idle_timeout = 60)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = (Server::new().route(Chat), paths::CHAT);
}
