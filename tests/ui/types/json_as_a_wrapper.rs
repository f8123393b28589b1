//! Message types need no JSON wrapper.

use ws_runtime::{Server, ws_route};

struct Json<T>(T);

struct Chat;

#[ws_route("/chat", response = Json<String>)]
impl Chat {
    fn open(&self) -> Json<String> {
        Json("hello".to_owned())
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
