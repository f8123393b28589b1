//! Handlers need no trait.

use ws_runtime::ws_route;

#[ws_route("/chat")]
trait Chat {}

fn main() {}
