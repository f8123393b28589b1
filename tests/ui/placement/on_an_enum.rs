//! `#[ws_route]` belongs on the impl block, not on the enum.

use ws_runtime::ws_route;

#[ws_route("/chat")]
enum Chat {}

fn main() {}
