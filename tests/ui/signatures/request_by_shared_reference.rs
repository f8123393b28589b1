//! `transform` takes the request by mutable reference.

use ws_runtime::{RawRequest, Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn transform(&self, _request: &RawRequest) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
