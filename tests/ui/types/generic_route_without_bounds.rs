//! A generic route must be `Send` and `Sync` for its type arguments.

use std::rc::Rc;

use ws_runtime::{Server, Socket, ws_route};

struct Room<T>(T);

#[ws_route("/chat")]
impl<T> Room<T> {
    fn open(&self, ws: &Socket<Self>) {
        let _ = (ws, &self.0);
    }

    async fn close(&self, ws: &Socket<Self>) {
        let _ = ws;
    }
}

fn main() {
    let _ = Server::new().route(Room(Rc::new(1)));
}
