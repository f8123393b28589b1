//! A route outlives its connections, and so do the types that its parameters stand for.

use ws_runtime::{Close, Closed, Server, Socket, ws_route};

struct Room<T, F> {
    name: T,
    made: F,
}

#[ws_route("/chat", response = String)]
impl<T: ToString, F: Send + Sync> Room<T, F>
where
    F: Fn() -> String,
{
    fn open(&self, ws: &Socket<Self>) {
        ws.send(&self.name.to_string());
    }

    async fn message(&self, ws: &Socket<Self>) -> Result<(), Close> {
        ws.send(&(self.made)());
        Ok(())
    }

    fn close(&self, ws: &Socket<Self>, closed: Closed) {
        let _ = (ws, closed);
    }
}

fn main() {
    let _ = Server::new().route(Room { name: 1, made: String::new });
}
