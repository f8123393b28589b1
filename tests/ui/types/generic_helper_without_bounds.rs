//! A block without the attribute needs the bounds that the attribute adds to a route.

use ws_runtime::{Server, Socket, ws_route};

struct Room<T>(T);

#[ws_route("/chat")]
impl<T> Room<T> {
    fn open(&self, ws: &Socket<Self>) {
        let _ = ws;
    }
}

impl<T> Room<T> {
    fn greet(ws: &Socket<Self>) {
        let _ = ws;
    }
}

fn main() {
    let _ = Server::new().route(Room(1));
    let _ = Room::<u8>::greet;
}
