//! A contract needs a path.

use ws_runtime::ws_contract;

#[ws_contract(body = String)]
struct ChatApi;

fn main() {}
