//! A misspelt `before_handle` causes one error, even if a handler uses the data.

use ws_runtime::{Handshake, Reject, Server, Socket, ws_route};

struct User {
    name: String,
}

struct Chat;

#[ws_route("/chat", response = String)]
impl Chat {
    async fn before_handel(&self, _handshake: &Handshake<Self>) -> Result<User, Reject> {
        Ok(User { name: "ada".to_owned() })
    }

    fn open(&self, ws: &Socket<Self>) -> String {
        ws.data().name.clone()
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
