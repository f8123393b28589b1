//! `#[ws_fields]` belongs in a block with `#[ws_route]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_fields, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Req {
    Watch,
}

struct Auction;

#[ws_route("/auction", body = Req)]
impl Auction {
    fn message_watch(&self) {}
}

impl Auction {
    #[ws_fields]
    fn helper(&self, amount: u64) {
        let _ = amount;
    }
}

fn main() {
    let _ = Server::new().route(Auction);
}
