//! A contract is named by a struct.

use ws_runtime::ws_contract;

#[ws_contract("/chat")]
enum ChatApi {}

fn main() {}
