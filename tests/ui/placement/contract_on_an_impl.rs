//! A contract has no handlers.

use ws_runtime::ws_contract;

struct Chat;

#[ws_contract("/chat")]
impl Chat {
    fn open(&self) {}
}

fn main() {}
