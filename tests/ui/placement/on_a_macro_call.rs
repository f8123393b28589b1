//! `#[ws_route]` belongs on an impl block, not on a macro call, whose output it does not see.

use ws_runtime::{ws_route};

macro_rules! handlers {
    () => {
        impl Chat {
            fn open(&self) {}
        }
    };
}

struct Chat;

#[ws_route("/chat")]
handlers! {}

fn main() {
    Chat.open();
}
