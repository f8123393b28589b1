//! Messages that are read while a handler waits: they are kept as sent, handled in order, and count toward the limit
//! for all sockets.

use std::sync::{Arc, Mutex};

use tokio::sync::Semaphore;
use ws_runtime::{Server, testing::Site, ws_route};

use crate::turns::{PING, TEXT, connect, deflated, frame};

/// Reading ahead counts as work of the turn. The messages are handled in order.
#[tokio::test(start_paused = true)]
async fn messages_read_ahead_are_handled_in_order() {
    struct Gate(Arc<Semaphore>, Arc<Mutex<Vec<String>>>);

    #[ws_route("/gate", body = String, per_message_deflate, backpressure_limit = off)]
    impl Gate {
        async fn message(&self, text: String) {
            self.0.acquire().await.expect("it stays open").forget();
            self.1.lock().expect("no test panics while it holds this").push(text);
        }
    }

    let (gate, handled) = (Arc::new(Semaphore::new(0)), Arc::default());
    let site = Site::start(Server::new().route(Gate(Arc::clone(&gate), Arc::clone(&handled))));
    let mut client = connect::<Gate>(&site, "/gate").await;
    let (mut bytes, mut expected) = (Vec::new(), Vec::new());
    for number in 0..20_000 {
        let text = number.to_string();
        let payload = text.as_bytes();
        bytes.extend(match number % 3 {
            0 => frame(TEXT, payload),
            1 => frame(0xc1, &deflated(payload)),
            _ => [frame(0x01, &payload[..1]), frame(PING, b""), frame(0x80, &payload[1..])].concat(),
        });
        expected.push(text);
    }
    client.send_raw(bytes).await;
    site.settled().await;
    gate.add_permits(20_000);
    site.settled().await;
    let handled = handled.lock().expect("no test panics while it holds this");
    assert!(*handled == expected, "{} handled", handled.len());
}
