//! An argument must have the type of its field.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, Socket, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Req {
    Bid { amount: u64, lot: u32 },
}

struct Auction;

#[ws_route("/auction", body = Req)]
impl Auction {
    fn message_bid(&self, ws: &Socket<Self>, amount: String, lot: u32) {
        let _ = (ws, amount, lot);
    }
}

fn main() {
    let _ = Server::new().route(Auction);
}
