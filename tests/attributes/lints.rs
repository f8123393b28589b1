//! Handlers and generated code do not trigger lints about the names and signatures that a route dictates.

#![warn(
    clippy::missing_const_for_fn,
    clippy::needless_pass_by_ref_mut,
    clippy::same_name_method,
    clippy::single_call_fn
)]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Closed, Handshake, RawRequest, Server, Socket, testing::Site, ws_route};

#[tokio::test(start_paused = true)]
async fn lints_apply_to_handlers_as_written() {
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Req {
        Bid { amount: u64, lot: u32 },
        Watch,
    }
    struct Auction;
    #[ws_route("/", body = Req, response = String)]
    impl Auction {
        fn transform(&self, request: &mut RawRequest) {
            let _ = request;
        }

        fn before_handle(&self, handshake: &Handshake<Self>) {
            let _ = handshake;
        }

        fn open(&self, ws: &Socket<Self>) {
            let _ = ws;
        }

        fn message_bid(&self, amount: u64, lot: u32) -> String {
            format!("{amount} for {lot}")
        }

        fn message_watch(&self) {}

        fn close(&self, closed: Closed) {
            let _ = closed;
        }
    }

    let site = Site::start(Server::new().route(Auction));
    let mut client = site.connect::<Auction>("/").await.unwrap();
    client.send(&Req::Watch).await;
    client.send(&Req::Bid { amount: 3, lot: 7 }).await;
    assert_eq!(client.receive().await, "3 for 7");
}
