//! A block may contain all handlers, with all of their arguments and with none.

use ws_runtime::{Bytes, Close, Closed, Error, Handshake, HeaderMap, Message, RawRequest, Reject, Server, Socket, ws_route};

struct Full;

#[ws_route("/full", body = String, response = String)]
impl Full {
    async fn transform(&self, request: &mut RawRequest) -> Result<(), Reject> {
        let _ = request;
        Ok(())
    }

    async fn protocol(&self, handshake: &Handshake<Self>) -> Result<Option<&'static str>, Reject> {
        Ok(handshake.protocol())
    }

    async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<u8, Reject> {
        let _ = handshake;
        Ok(1)
    }

    fn upgrade(&self, handshake: &Handshake<Self>, data: &u8) -> Result<HeaderMap, Reject> {
        let _ = (handshake, data);
        Ok(HeaderMap::new())
    }

    fn open(&self, ws: &Socket<Self>) -> Option<String> {
        ws.data().checked_add(1).map(|seat| seat.to_string())
    }

    fn transform_message(&self, _ws: &Socket<Self>, message: Message) -> Message {
        message
    }

    async fn message(&self, ws: &Socket<Self>, text: String) -> Result<Vec<String>, Close> {
        let _ = ws.publish("all", &text);
        Ok(vec![text])
    }

    async fn drain(&self, _ws: &Socket<Self>) {}

    fn ping(&self, _ws: &Socket<Self>, _payload: Bytes) {}

    fn pong(&self, _ws: &Socket<Self>, _payload: Bytes) -> () {}

    fn error(&self, _ws: &Socket<Self>, _error: Error) -> Option<Close> {
        None
    }

    async fn close(&self, _ws: &Socket<Self>, _closed: Closed) {}
}

struct Bare;

#[ws_route("/bare", body = String)]
impl Bare {
    fn transform(&self) {}

    fn protocol(&self) -> Option<&'static str> {
        None
    }

    fn before_handle(&self) {}

    fn upgrade(&self) -> HeaderMap {
        HeaderMap::new()
    }

    fn open(&self) {}

    fn transform_message(&self, message: Message) -> Message {
        message
    }

    fn message(&self) {}

    fn drain(&self) {}

    fn ping(&self) {}

    fn pong(&self) {}

    fn error(&self) {}

    fn close(&self) {}
}

fn main() {
    let _ = Server::new().route(Full).route(Bare);
}
