//! The fields of the connection's data are those of the type that `before_handle` returns.

use ws_runtime::{Reject, Server, Socket, ws_route};

struct Chat;

struct User {
    name: String,
}

#[ws_route("/chat")]
impl Chat {
    fn before_handle(&self) -> Result<User, Reject> {
        Ok(User { name: String::new() })
    }

    fn open(&self, ws: &Socket<Self>) {
        let _ = &ws.data().nam;
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
