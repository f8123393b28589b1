//! `#[ws_route]` belongs on the impl block, not on the struct.

use ws_runtime::{Server, ws_route};

#[ws_route("/chat")]
struct Chat;

fn main() {
    let _ = Server::new().route(Chat);
}
