//! Each variant may have its own handler.

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
        let _ = ws.publish("all", &String::new());
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

/// The route may have the name of its enum.
struct Poll;

#[ws_route("/poll", body = wire::Poll)]
impl Poll {
    fn message_vote(&self, _vote: u8) {}
}

/// The name of the enum may be a raw keyword.
struct Raw;

#[ws_route("/raw", body = wire::r#use)]
impl Raw {
    fn message_up(&self) {}
}

/// The enum's type may contain a type parameter of the route.
struct Room<T>(T);

#[ws_route("/room", body = wire::Say<T>)]
impl<T: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static> Room<T> {
    fn message_join_room(&self, _room: T) {}

    fn message_leave(&self) {}

    fn message_who(&self) {}
}

/// Fields of variants may have any names.
#[derive(Serialize, Deserialize, JsonSchema)]
enum Req<T> {
    Bid { amount: u64, lot: T },
    Enter { r#type: String },
    Leave { socket: u8, body: u8, out: u8, field: u8 },
    Pair(u8, u8),
    Empty {},
}

struct Auction;

#[ws_route("/auction", body = Req<u8>, response = String)]
impl Auction {
    async fn message_bid(&self, ws: &Socket<Self>, mut amount: u64, _lot: u8) -> String {
        amount += 1;
        format!("{amount} of {}", ws.id())
    }

    #[ws_fields]
    fn message_enter(&self, r#type: String) -> Option<String> {
        Some(r#type)
    }

    fn message_leave(&self, ws: &Socket<Self>, socket: u8, body: u8, out: u8, field: u8) {
        let _ = (ws, socket, body, out, field);
    }

    fn message_pair(&self) {}

    fn message_empty(&self) {}
}

/// `#[ws_variant]` may name the variant.
#[derive(Serialize, Deserialize, JsonSchema)]
#[allow(clippy::upper_case_acronyms)]
enum Check {
    HTTPPing { host: String },
    URL(String),
    r#Type,
}

struct Monitor;

#[ws_route("/monitor", body = Check)]
impl Monitor {
    #[ws_variant(HTTPPing)]
    #[ws_fields]
    fn message_http_ping(&self, host: String) {
        drop(host);
    }

    #[ws_runtime::ws_variant(URL)]
    async fn message_2(&self, _url: String) {}

    #[ws_variant(r#Type)]
    fn message_kind(&self) {}
}

/// A type parameter may be the type of a field.
struct Lots<T>(T);

#[ws_route("/lots", body = self::Req<T>)]
impl<T: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static> Lots<T> {
    fn message_bid(&self, amount: u64, lot: T) {
        let _ = (amount, lot);
    }

    #[ws_runtime::ws_fields]
    async fn message_enter(&self, _type: String) {}

    fn message_leave(&self) {}

    fn message_pair(&self) {}

    fn message_empty(&self) {}
}

/// A macro may generate the names of variants and fields.
macro_rules! route {
    ($name:ident, $handler:ident, $field:ident: $kind:ty) => {
        struct $name;

        #[ws_route("/made", body = $crate::Req<$kind>)]
        impl $name {
            fn $handler(&self, amount: u64, $field: $kind) {
                let _ = (amount, $field);
            }

            #[ws_fields]
            fn message_enter(&self, r#type: String) {
                drop(r#type);
            }

            fn message_leave(&self) {}

            fn message_pair(&self) {}

            fn message_empty(&self) {}
        }
    };
}

route!(Made, message_bid, lot: Vec<u8>);

/// Each letter of an acronym may count as a word in the handler's name.
#[derive(Serialize, Deserialize, JsonSchema)]
enum Probe {
    HTTPPing,
    TcpPing,
}

struct Probes;

#[ws_route("/probes", body = Probe)]
impl Probes {
    fn message_h_t_t_p_ping(&self) {}

    fn message_tcp_ping(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat).route(Served).route(Poll).route(Raw).route(Room("1".to_owned()));
    let _ = Server::new().route(Auction).route(Lots(1)).route(Made).route(Probes);
}
