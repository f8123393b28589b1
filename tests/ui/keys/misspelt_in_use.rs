//! A misspelt key is one mistake, also where a handler uses what it stands for.

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
