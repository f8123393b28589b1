//! `#[ws_variant(HTTPPing)]` is needed if the variant's name does not follow from the handler's name.

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
    fn message_http_ping(&self) {}
}

fn main() {
    let _ = Server::new().route(Auction);
}
