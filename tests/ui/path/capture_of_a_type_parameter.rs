//! The type of a capture cannot be a parameter of the block, because a separate struct holds it.

use ws_runtime::{Server, ws_route};

struct Room<T>(T);

#[ws_route("/{id: T}")]
impl<T> Room<T> {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Room(1));
}
