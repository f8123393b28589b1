//! `#[ws_fields]` can be written only once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Req {
    Bid { amount: u64 },
}

struct Auction;

#[ws_route("/auction", body = Req)]
impl Auction {
    #[ws_fields]
    #[ws_fields]
    fn message_bid(&self, amount: u64) {
        let _ = amount;
    }
}

fn main() {
    let _ = Server::new().route(Auction);
}
