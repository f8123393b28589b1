//! The hook that changes a request is `transform`.

use ws_runtime::{RawRequest, Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn parse(&self, _request: &mut RawRequest) {}

    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
