//! The path must be a string literal, not an expression.

use ws_runtime::{Server, ws_route};

const API: &str = "/api";

struct Chat;

#[ws_route(API + "/chat")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = (Server::new().route(Chat), API);
}
