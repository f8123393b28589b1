//! For keys of other libraries, the error names the replacement.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route(
    "/chat",
    compression,
    subprotocols = ["v1"],
    heartbeat = 30,
    max_message_size = "1MiB",
    cors = "*",
    auth = "token",
    state = App,
    session = User,
    path_params = Seat,
    output = Heard,
    on_open = greet,
    rooms = ["a"],
    method = "GET",
    name = "chat",
    schema = "chat.json",
    codec = "msgpack",
    description = "a chat",
    port = 3000,
    max_connections = 100,
    level = 6,
    reconnect,
    endpoint = "/chat",
    colour = "red",
    Colour = Red,
    colour = Red,
)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
