//! Every handler must take `&self`.

use ws_runtime::{Message, Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn protocol() -> Option<&'static str> {
        None
    }

    fn transform() {}

    fn before_handle() {}

    fn upgrade() {}

    fn open() {}

    fn message() {}

    fn drain() {}

    fn ping() {}

    fn pong() {}

    fn error() {}

    fn transform_message() -> Message {
        Message::text("")
    }

    fn close() {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
