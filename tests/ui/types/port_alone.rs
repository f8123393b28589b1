//! The address to listen on needs a host.

use ws_runtime::{ServeError, Server, ws_route};

struct Chat;

#[ws_route("/chat")]
impl Chat {
    fn open(&self) {}
}

#[tokio::main]
async fn main() -> Result<(), ServeError> {
    Server::new().route(Chat).listen(3000).await
}
