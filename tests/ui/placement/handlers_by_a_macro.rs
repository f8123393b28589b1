//! The attribute does not see handlers that a macro in the block generates.

use ws_runtime::{Server, ws_route};

struct Chat;

macro_rules! handlers {
    () => {
        fn open(&self) {}
    };
}

#[ws_route("/chat")]
impl Chat {
    handlers!();
}

fn main() {
    let _ = Server::new().route(Chat);
}
