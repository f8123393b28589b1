//! `#[ws_variant]` must name a variant of the enum.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Req {
    HTTPPing,
}

struct Auction;

#[ws_route("/auction", body = Req)]
impl Auction {
    #[ws_variant(HTTPing)]
    fn message_http_ping(&self) {}
}

fn main() {
    let _ = Server::new().route(Auction);
}
