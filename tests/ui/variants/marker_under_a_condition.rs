//! `#[ws_fields]` cannot be conditional, because conditions are evaluated after the attribute has run.

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
    #[cfg_attr(all(), ws_fields)]
    fn message_bid(&self, amount: u64) {
        let _ = amount;
    }
}

fn main() {
    let _ = Server::new().route(Auction);
}
