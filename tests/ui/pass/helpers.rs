//! Helpers stand in the block, or in one of their own where their names are near a handler's.

use std::sync::atomic::{AtomicUsize, Ordering};

use ws_runtime::{Server, Socket, ws_route};

#[derive(Default)]
struct Chat {
    seen: AtomicUsize,
}

#[ws_route("/chat", body = String, response = String)]
impl Chat {
    const GREETING: &'static str = "hello";

    async fn message(&self, ws: &Socket<Self>, text: String) -> String {
        self.opened();
        self.announce::<String>(ws, text).await
    }

    async fn announce<T: Into<String>>(&self, ws: &Socket<Self>, text: T) -> String {
        let text = text.into();
        ws.publish("all", &text);
        format!("{}, {text}", Self::GREETING)
    }
}

impl Chat {
    fn opened(&self) {
        self.on_message();
        self.message_count();
    }

    fn on_message(&self) {
        self.seen.fetch_add(1, Ordering::Relaxed);
    }

    fn message_count(&self) -> usize {
        self.seen.load(Ordering::Relaxed)
    }
}

fn main() {
    let _ = Server::new().route(Chat::default());
}
