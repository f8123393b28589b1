//! A contract borrows from nothing.

use ws_runtime::ws_contract;

#[ws_contract("/chat")]
struct ChatApi<'a>(&'a str);

fn main() {}
