//! Only a route can be added to a server.

use ws_runtime::Server;

struct Chat;

fn main() {
    let _ = Server::new().route(Chat);
}
