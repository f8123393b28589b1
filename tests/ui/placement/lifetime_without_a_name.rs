//! A route cannot borrow, even with an elided lifetime.

use ws_runtime::{Server, Socket, ws_route};

struct Chat<'a>(&'a str);

#[ws_route("/chat")]
impl Chat<'_> {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe(self.0);
    }
}

fn main() {
    let _ = Server::new().route(Chat("lobby"));
}
