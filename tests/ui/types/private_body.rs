//! The body type of a public route must be public.

use ws_runtime::Server;

pub mod chat {
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use ws_runtime::ws_route;

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Say {
        text: String,
    }

    pub struct Chat;

    #[ws_route("/chat", body = Say)]
    impl Chat {
        fn message(&self) {}
    }
}

fn main() {
    let _ = Server::new().route(chat::Chat);
}
