//! `#[ws_fields]` cannot be used for a newtype variant, whose field has no name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Req {
    Bid(u64),
}

struct Auction;

#[ws_route("/auction", body = Req)]
impl Auction {
    #[ws_fields]
    fn message_bid(&self, amount: u64) {
        let _ = amount;
    }
}

fn main() {
    let _ = Server::new().route(Auction);
}
