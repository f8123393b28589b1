//! A type parameter is replaced by its argument.

use ws_runtime::{Server, ws_route};

struct Plain;

struct Room<T>(T);

#[ws_route("/chat", body = T)]
impl<T> Room<T> {
    fn message(&self, body: T) {
        drop(body);
    }
}

fn main() {
    let _ = Server::new().route(Room(Plain));
}
