//! A route borrows from nothing.

use ws_runtime::ws_route;

struct Chat<'a>(&'a str);

#[ws_route("/chat")]
impl<'a> Chat<'a> {
    fn open(&self) {}
}

fn main() {}
