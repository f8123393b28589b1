//! The standard library's listener is not a `Listener`; tokio's is.

use std::net::TcpListener;

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self) {}
}

#[tokio::main]
async fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    Server::new().route(Chat).serve(listener).await.unwrap();
}
