//! A wrong capture causes one error, even if handlers use it.

use ws_runtime::{Params, Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat/:room")]
impl Chat {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe(&ws.params().room);
    }

    fn close(&self, ws: &Socket<Self>) {
        let Params::<Self> { room } = ws.params();
        ws.publish(room, "gone");
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
