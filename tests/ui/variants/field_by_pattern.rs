//! An argument for a field must be a name, not a pattern.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Req {
    Move { to: (u8, u8), fast: bool },
}

struct Auction;

#[ws_route("/auction", body = Req)]
impl Auction {
    fn message_move(&self, (x, y): (u8, u8), fast: bool) {
        let _ = (x, y, fast);
    }
}

fn main() {
    let _ = Server::new().route(Auction);
}
