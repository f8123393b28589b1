//! Generated code exists under the same conditions as its handlers.

use ws_runtime::{NoData, Reject, Server, Socket, ws_route};

struct Chat;

#[ws_route("/chat", body = String, response = String)]
impl Chat {
    #[cfg(any())]
    fn before_handle(&self) -> Result<Missing, Reject> {}

    #[cfg(all())]
    fn before_handle(&self) -> Result<u8, Reject> {
        Ok(1)
    }

    fn open(&self, ws: &Socket<Self>) {
        let _ = *ws.data() + 1;
    }

    #[cfg(any())]
    fn message(&self, missing: Missing) {}

    #[cfg(not(any()))]
    fn message(&self, text: String) -> String {
        text
    }

    #[cfg_attr(all(), cfg(any()))]
    fn ping(&self, missing: Missing) {}
}

struct Nobody;

#[ws_route("/nobody")]
impl Nobody {
    #[cfg(any())]
    fn before_handle(&self) -> Result<Missing, Reject> {}

    fn open(&self, ws: &Socket<Self>) {
        let NoData = *ws.data();
    }
}

#[ws_route("/missing")]
#[cfg(any())]
impl Missing {
    fn open(&self) {}
}

fn main() {
    let _ = Server::new().route(Chat).route(Nobody);
}
