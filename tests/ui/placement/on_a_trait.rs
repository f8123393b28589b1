//! `#[ws_route]` belongs on an impl block, not on a trait.

use ws_runtime::ws_route;

#[ws_route("/chat")]
trait Chat {}

fn main() {}
