//! The error of `upgrade` must convert into a `Reject`.

use http::HeaderMap;
use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn upgrade(&self) -> Result<HeaderMap, String> {
        Ok(HeaderMap::new())
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
