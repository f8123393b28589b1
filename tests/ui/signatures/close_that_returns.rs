//! `close` cannot return a value.

use ws_runtime::{Close, Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn close(&self) -> Result<(), Close> {
        Ok(())
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
