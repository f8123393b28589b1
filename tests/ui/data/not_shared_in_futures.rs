//! The connection's data must be `Sync`, because every future that takes the socket holds it.

use std::cell::RefCell;

use ws_runtime::{Reject, Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    async fn before_handle(&self) -> Result<RefCell<u8>, Reject> {
        Ok(RefCell::new(0))
    }

    async fn open(&self, ws: &Socket<Self>) {
        *ws.data().borrow_mut() += 1;
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
