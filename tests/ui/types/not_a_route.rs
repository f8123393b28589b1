//! Only a route can be served.

use ws_runtime::Server;

struct Chat;

fn main() {
    let _ = Server::new().route(Chat);
}
