//! `#[ws_contract]` takes a path, not another contract.

use ws_runtime::{ws_contract};

#[ws_contract("/chat")]
struct ChatApi;

#[ws_contract(ChatApi)]
struct Other;

fn main() {}
