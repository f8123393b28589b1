//! The paths in a list are literals.

use ws_runtime::{Server, ws_route};

const PATH: &str = "/chat";

struct Chat;

#[ws_route([PATH, "/rooms"])]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
