//! A misspelt key causes one error, even if a handler uses its type.

use ws_runtime::{Server, Socket, ws_route};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Join {
    name: String,
}

struct Chat;

#[ws_route("/chat", qeury = Join)]
impl Chat {
    async fn open(&self, ws: &Socket<Self>) {
        ws.subscribe(&ws.query().name);
        greet(ws.query());
    }

    fn close(&self, ws: &Socket<Self>) {
        greet(ws.query());
    }
}

fn greet(_join: &Join) {}

fn main() {
    let _ = Server::new().route(Chat);
}
