//! The contract is the first argument and has no key.

use ws_runtime::{Server, ws_contract, ws_route};

#[ws_contract("/chat")]
struct ChatApi;

struct Chat;

#[ws_route(contract = ChatApi)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
