//! `#[ws_contract]` belongs on a struct, not on an impl block.

use ws_runtime::ws_contract;

struct Chat;

#[ws_contract("/chat")]
impl Chat {
    fn open(&self) {}
}

fn main() {}
