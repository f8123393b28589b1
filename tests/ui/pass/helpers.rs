//! A block may contain helpers. Helpers named like handlers may be in another block.

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
        self.pause(ws);
        self.announce::<String>(ws, text).await
    }

    fn clone(&self) -> Self {
        Self { seen: AtomicUsize::new(self.count()) }
    }

    fn count(&self) -> usize {
        self.closed();
        self.seen.load(Ordering::Relaxed)
    }

    fn pause(&self, ws: &Socket<Self>) -> bool {
        self.ring(ws, 3);
        self.transfer(ws, String::new())
    }

    fn transfer(&self, ws: &Socket<Self>, to: String) -> bool {
        ws.subscribe(&to);
        self.train();
        self.parser("1") == Some(1)
    }

    fn ring(&self, _ws: &Socket<Self>, _times: u8) {}

    fn train(&self) {}

    fn pin(&self) -> u8 {
        7
    }

    fn parser(&self, text: &str) -> Option<u8> {
        text.parse().ok()
    }

    fn closed(&self) -> bool {
        self.pin() == 7
    }

    async fn announce<T: Into<String>>(&self, ws: &Socket<Self>, text: T) -> String {
        let text = text.into();
        let _ = ws.publish("all", &text);
        format!("{}, {text}", Self::GREETING)
    }
}

impl Chat {
    fn opened(&self) {
        self.clone().on_message();
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
