//! One handler for each variant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, Socket, ws_contract, ws_route};

mod wire {
    use super::*;

    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum Say<T> {
        JoinRoom(T),
        Leave(String),
        Who,
    }
}

struct Chat;

#[ws_route("/chat", body = wire::Say<u32>, response = String)]
impl Chat {
    async fn message_join_room(&self, ws: &Socket<Self>, room: u32) -> String {
        ws.publish("all", &String::new());
        room.to_string()
    }

    fn message_leave(&self, room: String) -> Option<String> {
        Some(room)
    }

    fn message_who(&self) {}
}

#[ws_contract("/api", body = wire::Say<u32>)]
struct Api;

struct Served;

#[ws_route(Api, body = wire::Say<u32>)]
impl Served {
    fn message_join_room(&self) {}

    fn message_leave(&self, ws: &Socket<Self>) {
        let _ = ws;
    }

    fn message_who(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat).route(Served);
}
