//! A route is a type.

use ws_runtime::ws_route;

#[ws_route("/chat")]
mod chat {}

fn main() {}
