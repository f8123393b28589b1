//! The route cannot be a trait object.

use ws_runtime::{Server, Socket, ws_route};

trait Game: Send + Sync {
    fn start(&self);
}

#[ws_route("/game")]
impl dyn Game {
    async fn open(&self, ws: &Socket<Self>) {
        self.start();
        ws.subscribe("all");
    }

    fn close(&self, ws: &Socket<Self>) {
        ws.publish("all", "gone");
    }
}

fn main() {
    let _ = Server::new();
}
