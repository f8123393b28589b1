//! A route may have several names, and modules may define types named like connections.

use ws_runtime::{Message, Server, Socket, ws_route};

mod wrapped {
    pub(super) type Socket = ws_runtime::Socket<super::Chat>;
}

type Me = Chat;

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self, ws: &Socket<Me>) {
        ws.subscribe("all");
    }

    async fn message(&self, ws: &Socket<crate::Chat>, message: Message) {
        let _ = ws.publish("all", &message);
    }

    fn drain(&self, ws: &wrapped::Socket) {
        let _ = ws.id();
    }
}

struct Room<T>(T);

#[ws_route("/room")]
impl<T: Send + Sync + 'static> Room<T> {
    fn open(&self, ws: &Socket<Room<T>>) {
        ws.subscribe("all");
    }
}

fn main() {
    let _ = Server::new().route(Chat).route(Room(1));
}
