//! `transform` takes `&mut RawRequest`, not the argument of another handler.

use std::sync::Arc;

use ws_runtime::{Handshake, RawRequest, Reject, Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn transform(&self, _request: &Handshake<Self>) {}

    async fn before_handle(&self, ws: &Socket<Self>) -> Result<u8, Reject> {
        Ok(*ws.data())
    }

    fn open(&self, ws: &Arc<Socket<Self>>) {
        ws.subscribe("all");
    }

    fn close(&self, _request: &mut RawRequest) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
