//! The output of a macro is not visible.

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
