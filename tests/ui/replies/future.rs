//! An asynchronous handler must be an `async fn`, not a function that returns a future.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Heard {
    text: String,
}

struct Chat;

#[ws_route("/chat", response = Heard)]
impl Chat {
    fn open(&self) -> impl Future<Output = Heard> + Send {
        async { todo!() }
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
