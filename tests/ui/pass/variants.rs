//! One handler for each variant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use ws_runtime::{Server, Socket, ws_contract, ws_route};

mod wire {
    use super::*;

    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum Say<T> {
        JoinRoom(T),
        Leave(String),
        Who,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum Poll {
        Vote(u8),
    }

    #[allow(non_camel_case_types)]
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum r#use {
        Up,
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

/// A route may have its enum's name.
struct Poll;

#[ws_route("/poll", body = wire::Poll)]
impl Poll {
    fn message_vote(&self, _vote: u8) {}
}

/// Its name may be a keyword's.
struct Raw;

#[ws_route("/raw", body = wire::r#use)]
impl Raw {
    fn message_up(&self) {}
}

/// Its parameters may decide what the enum is.
struct Room<T>(T);

#[ws_route("/room", body = wire::Say<T>)]
impl<T: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static> Room<T> {
    fn message_join_room(&self, _room: T) {}

    fn message_leave(&self) {}

    fn message_who(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat).route(Served).route(Poll).route(Raw).route(Room("1".to_owned()));
}
