//! The handlers make the route.

use ws_runtime::{Server, ws_route};

#[ws_route("/chat")]
struct Chat;

fn main() {
    let _ = Server::new().route(Chat);
}
