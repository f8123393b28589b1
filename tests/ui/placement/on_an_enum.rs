//! The handlers make the route.

use ws_runtime::ws_route;

#[ws_route("/chat")]
enum Chat {}

fn main() {}
