//! `transform` cannot return a value.

use ws_runtime::{RawRequest, Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn transform(&self, request: &mut RawRequest) -> bool {
        let _ = request;
        true
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
