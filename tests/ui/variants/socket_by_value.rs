//! The handler of a variant takes the connection by reference.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, Socket, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Req {
    Bid { amount: u64 },
}

struct Auction;

#[ws_route("/auction", body = Req)]
impl Auction {
    fn message_bid(&self, ws: Socket<Self>, amount: u64) {
        let _ = (ws, amount);
    }
}

fn main() {
    let _ = Server::new().route(Auction);
}
