//! `#[ws_variant]` belongs on a handler of a variant, not on `message`.

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
    #[ws_variant(HTTPPing)]
    fn message(&self) {}
}

fn main() {
    let _ = Server::new().route(Auction);
}
