//! A capture is a field.

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
