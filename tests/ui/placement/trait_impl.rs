//! `#[ws_route]` belongs on an inherent impl block, not on the impl of a trait.

use ws_runtime::{Server, ws_route};

struct Chat;

trait Handle {
    fn open(&self) {}
}

#[ws_route("/chat")]
impl Handle for Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
