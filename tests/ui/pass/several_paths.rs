//! Routes and contracts with several paths, and keys and handlers that go with them.

use ws_runtime::{Contract, Handshake, Message, Params, Reject, Server, Socket, ws_contract, ws_route};

mod ids {
    #[derive(Clone, Debug, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
    pub struct Seat(pub u8);
}

#[ws_contract(["/rooms/{room}", "/rooms/{room}/{seat: ids::Seat}"], response = String)]
struct RoomApi;

struct Room;

#[ws_route(RoomApi, keep_request)]
impl Room {
    fn protocol(&self, handshake: &Handshake<Self>) -> Option<&'static str> {
        handshake.protocol()
    }

    fn transform_message(&self, message: Message) -> Option<Message> {
        Some(message)
    }

    fn open(&self, ws: &Socket<Self>) -> String {
        let Params::<RoomApi> { room, seat } = ws.params();
        let seat: &Option<ids::Seat> = seat;
        format!("{room} {seat:?} {}", ws.request().uri())
    }
}

struct Pages<T>(T);

#[ws_route(["/", "/{*type}"], response = String, keep_request = off)]
impl<T: AsRef<str>> Pages<T> {
    async fn protocol(&self) -> Result<Option<&'static str>, Reject> {
        Ok(None)
    }

    async fn transform_message(
        &self,
        _ws: &Socket<Self>,
        message: Message,
    ) -> Result<Option<Message>, String> {
        Ok(Some(message))
    }

    fn open(&self, ws: &Socket<Self>) -> Option<String> {
        ws.params().r#type.clone()
    }
}

macro_rules! paths {
    ($name:ident, $($path:literal),* $(,)?) => {
        struct $name;

        #[ws_route([$($path),*])]
        impl $name {
            fn open(&self) {}
        }
    };
}

paths!(One, "/one");
paths!(Two, "/two", "/two/{three}",);

fn main() {
    assert_eq!(
        (RoomApi::PATH, RoomApi::PATHS.len(), One::PATHS.len(), Two::PATHS.len()),
        ("/rooms/{room}", 2, 1, 2)
    );
    let seat = Some(ids::Seat(7));
    assert_eq!(RoomApi::path_for(&Params::<RoomApi> { room: "a".into(), seat }).as_deref(), Ok("/rooms/a/7"));
    let _ = Server::new().route(Room).route(Pages("x")).route(One).route(Two);
}
