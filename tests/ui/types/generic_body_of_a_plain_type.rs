//! The type argument of a generic body must be decodable.

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
