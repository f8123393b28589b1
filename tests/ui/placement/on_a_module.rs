//! `#[ws_route]` belongs on an impl block, not on a module.

use ws_runtime::ws_route;

#[ws_route("/chat")]
mod chat {}

fn main() {}
