//! `#[ws_fields]` needs a handler with arguments.

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
    #[ws_fields]
    fn message_watch(&self) {}
}

fn main() {
    let _ = Server::new().route(Auction);
}
