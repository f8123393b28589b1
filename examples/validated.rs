//! A message in, a message out, both checked: `ws://127.0.0.1:3000/ws?id=ada` takes `{"message": "hello"}` and answers
//! `{"id": "ada", "message": "hello", "time": 1767225600000}`.
//!
//! Leave out `id` and the connection is refused with 422; send something else and the answer says what is wrong with it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, Socket, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Who {
    id: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Said {
    message: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Heard {
    id: String,
    message: String,
    /// In milliseconds since 1970.
    time: u64,
}

struct Validated;

#[ws_route("/ws", query = Who, body = Said, response = Heard)]
impl Validated {
    fn message(&self, ws: &Socket<Self>, said: Said) -> Heard {
        Heard { id: ws.query().id.clone(), message: said.message, time: ws_examples::now() }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ws_examples::serve(Server::new().route(Validated)).await
}
