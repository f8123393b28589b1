//! The error of `transform` must convert into a `Reject`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn transform(&self) -> Result<(), String> {
        Ok(())
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
