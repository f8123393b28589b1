//! A route may use the runtime through another crate's re-export.

use facade::ws::{Server, ws_contract, ws_route};

mod facade {
    pub use ws_runtime as ws;
}

#[ws_contract("/chat/{room}", body = String, response = String, crate = crate::facade::ws)]
struct ChatApi;

struct Chat;

#[ws_route(ChatApi, idle_timeout = 30, crate = facade::ws)]
impl Chat {
    fn message(&self, text: String) -> String {
        text
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
