//! The connection's data cannot be an `Rc`, because threads share it.

use ws_runtime::{Reject, Server, Socket, ws_route};

use std::rc::Rc;

struct Chat;

#[ws_route("/chat")]
impl Chat {
    async fn before_handle(&self) -> Result<Rc<str>, Reject> {
        Ok("ada".into())
    }

    async fn open(&self, ws: &Socket<Self>) {
        ws.subscribe(&**ws.data());
    }

    async fn close(&self, ws: &Socket<Self>) {
        ws.publish("all", &**ws.data());
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
