//! The handler of a unit variant cannot take fields.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Req {
    Watch,
}

struct Auction;

#[ws_route("/auction", body = Req)]
impl Auction {
    fn message_watch(&self, amount: u64, lot: u32) {
        let _ = (amount, lot);
    }
}

fn main() {
    let _ = Server::new().route(Auction);
}
