//! A pattern of the params can contain only captures of the path.

use ws_runtime::{Params, Server, ws_route};

struct Chat;

#[ws_route("/chat/{room}")]
impl Chat {
    fn open(&self) {}
}

fn params() -> Params<Chat> {
    Params::<Chat> { rom: String::new() }
}

fn main() {
    let _ = Server::new().route(Chat);
    let _ = params();
}
