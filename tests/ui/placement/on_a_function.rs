//! A route is a type.

use ws_runtime::ws_route;

#[ws_route("/chat")]
async fn chat() {}

fn main() {}
