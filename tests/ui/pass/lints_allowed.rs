//! Lints that the user allows are also allowed in generated code.
#![deny(warnings)]

use ws_runtime::{Reject, Server, Socket, ws_contract, ws_route};

#[deprecated]
struct Old;

struct Chat;

#[allow(non_snake_case)]
#[allow(deprecated)]
#[ws_route("/chat/{userId}/{seatId: u32}")]
impl Chat {
    fn before_handle(&self) -> Result<Old, Reject> {
        Ok(Old)
    }

    fn open(&self, ws: &Socket<Self>) {
        let _ = (&ws.params().userId, ws.data());
    }
}

#[allow(non_snake_case)]
#[ws_contract("/api/{roomId}")]
struct Api;

struct Served;

#[ws_route(Api)]
impl Served {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat).route(Served);
}
