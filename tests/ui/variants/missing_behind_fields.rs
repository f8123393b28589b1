//! A variant without a handler is reported, even if the last handler takes fields.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Req {
    Bid { amount: u64, lot: u32 },
    Watch,
    Leave { reason: String },
}

struct Auction;

#[ws_route("/auction", body = Req)]
impl Auction {
    fn message_bid(&self, amount: u64, lot: u32) {
        let _ = (amount, lot);
    }
}

fn main() {
    let _ = Server::new().route(Auction);
}
