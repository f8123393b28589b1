//! `upgrade` must take the data that `before_handle` returns.

use http::HeaderMap;
use ws_runtime::{Handshake, Reject, Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn before_handle(&self) -> Result<String, Reject> {
        Ok(String::new())
    }

    fn upgrade(&self, handshake: &Handshake<Self>, data: &u8) -> HeaderMap {
        let _ = (handshake, data);
        HeaderMap::new()
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
