//! A misspelt `keep_request` is one error, also where the request is used.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat", response = String, keep_requst)]
impl Chat {
    fn open(&self, ws: &Socket<Self>) -> String {
        ws.request().uri().to_string()
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
