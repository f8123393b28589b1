//! The name of an argument must be the name of a field.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Req {
    Bid { amount: u64, lot: u32 },
}

struct Auction;

#[ws_route("/auction", body = Req)]
impl Auction {
    fn message_bid(&self, amuont: u64, lot: u32) {
        let _ = (amuont, lot);
    }
}

fn main() {
    let _ = Server::new().route(Auction);
}
