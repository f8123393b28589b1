//! The threads of a server share its routes, and so what their parameters stand for.

use ws_runtime::{Server, Socket, ws_route};

struct Room<T>(T);

#[ws_route("/chat")]
impl<T: ToString + 'static> Room<T> {
    fn open(&self, ws: &Socket<Self>) {
        let _ = ws;
    }
}

fn main() {
    let _ = Server::new().route(Room(1));
}
