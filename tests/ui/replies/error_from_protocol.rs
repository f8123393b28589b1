//! The error of `protocol` converts into a `Reject`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", protocols = ["v1"])]
impl Chat {
    async fn protocol(&self) -> Result<Option<&'static str>, String> {
        Err("no".to_owned())
    }

    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
