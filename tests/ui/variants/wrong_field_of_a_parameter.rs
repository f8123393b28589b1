//! The type of a field is checked even if it is a type parameter.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
enum Req<T> {
    Bid { amount: u64, lot: T },
    Watch,
}

struct Auction<T>(T);

#[ws_route("/auction", body = Req<T>)]
impl<T: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static> Auction<T> {
    fn message_bid(&self, amount: u64, lot: String) {
        let _ = (amount, lot);
    }

    fn message_watch(&self) {}
}

fn main() {
    let _ = Server::new().route(Auction(1));
}
