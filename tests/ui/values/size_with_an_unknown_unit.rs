//! Units of size are case-sensitive, as in `kB` and `KiB`.

use ws_runtime::{Server, ws_route};

struct Chat;

#[ws_route("/chat", max_payload_length = "64kb")]
impl Chat {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
