//! The type that serves a contract cannot borrow.

use ws_runtime::ws_contract;

#[ws_contract("/chat")]
struct ChatApi<'a>(&'a str);

fn main() {}
