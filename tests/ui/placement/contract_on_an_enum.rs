//! `#[ws_contract]` belongs on a struct, not on an enum.

use ws_runtime::ws_contract;

#[ws_contract("/chat")]
enum ChatApi {}

fn main() {}
