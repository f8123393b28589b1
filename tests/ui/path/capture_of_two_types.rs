//! A capture has one type in all paths.

use ws_runtime::{Server, Socket, ws_route};

struct Chat;

#[ws_route(["/chat/{room}/{seat: u8}", "/seats/{seat: u32}"])]
impl Chat {
    fn open(&self, ws: &Socket<Self>) -> String {
        ws.params().seat.to_string()
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
