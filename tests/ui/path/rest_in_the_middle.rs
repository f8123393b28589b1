//! A capture of the rest must be the last segment.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/{*rest}/edit")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
