//! The first argument must be the type of a contract, not a value.

use ws_runtime::{Server, ws_contract, ws_route};

#[ws_contract("/chat")]
struct ChatApi;

struct Chat;

#[ws_route(ChatApi::new())]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
