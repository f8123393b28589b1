//! The connection's data must be `Sync`.

use std::cell::Cell;

use ws_runtime::{Reject, Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn before_handle(&self) -> Result<Cell<u8>, Reject> {
        Ok(Cell::new(0))
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
