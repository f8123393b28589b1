//! An attribute cannot expand `concat!`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route(concat!("/chat", "/{room}"), idle_timeout = 60)]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
