//! A route borrows from nothing, however its lifetime is written.

use ws_runtime::ws_route;

struct Chat<'a>(&'a str);

#[ws_route("/chat")]
impl Chat<'_> {
    fn open(&self) {}
}

fn main() {}
