//! The error type of a handshake handler must be in scope.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn before_handle(&self) -> Result<String, Refused> {
        Ok(String::new())
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
