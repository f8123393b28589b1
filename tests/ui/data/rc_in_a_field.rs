//! The attribute cannot see an `Rc` in a field. The compiler reports it at the data, not at each future.

use ws_runtime::{Reject, Server, Socket, ws_route};

use std::rc::Rc;

struct User {
    name: Rc<str>,
}

struct Chat;

#[ws_route("/chat")]
impl Chat {
    async fn before_handle(&self) -> Result<User, Reject> {
        Ok(User { name: "ada".into() })
    }

    async fn open(&self, ws: &Socket<Self>) {
        ws.subscribe(&*ws.data().name);
    }

    async fn close(&self, ws: &Socket<Self>) {
        ws.publish("all", &*ws.data().name);
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
