//! `#[ws_route]` belongs on an impl block, not on a function.

use ws_runtime::ws_route;

#[ws_route("/chat")]
async fn chat() {}

fn main() {}
