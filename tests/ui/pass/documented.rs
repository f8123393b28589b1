//! Documentation may come from comments, from files, and from both.

use ws_runtime::{Server, ws_route};

struct Chat;

/// Where people talk.
#[ws_route("/chat", summary = "a chat room", tags = ["chat"])]
#[doc = include_str!("documented.rs")]
#[doc = concat!("a", "b")]
impl Chat {
    /// Greets.
    ///
    /// Everybody.
    #[doc = include_str!("documented.rs")]
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
