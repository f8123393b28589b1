//! The error in the reply of an asynchronous handler must implement `Error`.

use ws_runtime::{Server, ws_route};

struct Plain;
struct Chat;

#[ws_route("/chat", body = String, response = String)]
impl Chat {
    async fn message(&self, text: String) -> Result<String, Plain> {
        Ok(text)
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
