//! A route must be `Sync`, because every future of its handlers holds it.

use std::cell::Cell;

use ws_runtime::{Server, ws_route};

struct Counter(Cell<u8>);

#[ws_route("/chat")]
impl Counter {
    async fn open(&self) {
        self.0.set(1);
    }

    async fn close(&self) {
        self.0.set(2);
    }
}

fn main() {
    let _ = Server::new().route(Counter(Cell::new(0)));
}
