//! The query type must be readable from a query.

use ws_runtime::{Server, ws_route};

struct Plain;

struct Chat;

#[ws_route("/chat", query = Plain)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
