//! For a misspelt capture type, the compiler suggests a type, which must not replace the whole path.

use ws_runtime::{Server, Socket, ws_route};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct RoomId(u32);

struct Chat;

#[ws_route("/chat/{room: RomId}", response = String)]
impl Chat {
    fn open(&self, ws: &Socket<Self>) -> String {
        ws.params().room.0.to_string()
    }
}

fn main() {
    let _ = (Server::new().route(Chat), RoomId(1).0);
}
