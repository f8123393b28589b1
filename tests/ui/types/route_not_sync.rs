//! A route must be `Sync`, because threads share it.

use std::cell::Cell;

use ws_runtime::{Server, ws_route};

struct Counter(Cell<u8>);

#[ws_route("/chat")]
impl Counter {
    fn open(&self) {
        self.0.set(1);
    }
}

fn main() {
    let _ = Server::new().route(Counter(Cell::new(0)));
}
