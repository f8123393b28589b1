//! `#[ws_variant]` can be written only once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Req {
    HTTPPing,
    Watch,
}

struct Auction;

#[ws_route("/auction", body = Req)]
impl Auction {
    #[ws_variant(HTTPPing)]
    #[ws_variant(Watch)]
    fn message_http_ping(&self) {}

    fn message_watch(&self) {}
}

fn main() {
    let _ = Server::new().route(Auction);
}
