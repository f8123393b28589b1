//! Constants in scope, as in table schemas, do not change the meaning of generated patterns.
#![allow(non_upper_case_globals, non_camel_case_types, unused_imports)]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Bytes, Closed, Error, Handshake, HeaderMap, Message, RawRequest, Server, Socket, ws_route};

mod columns {
    pub struct body;
    pub struct captures;
    pub struct capture0;
    pub struct closed;
    pub struct data;
    pub struct error;
    pub struct field;
    pub struct handshake;
    pub struct message;
    pub struct payload;
    pub struct request;
    pub const out: u8 = 1;
    pub const ws: u8 = 1;
    pub static socket: u8 = 1;
    pub const _ws: u8 = 1;
    pub const _body: u8 = 1;
}

use columns::*;

#[derive(Serialize, Deserialize, JsonSchema)]
enum Say {
    Text(String),
    Who,
}

struct Chat;

#[ws_route("/chat/{room}", body = Say, response = String)]
impl Chat {
    fn transform(&self, _: &mut RawRequest) {}

    fn protocol(&self, _: &Handshake<Self>) -> Option<&'static str> {
        None
    }

    fn before_handle(&self) {}

    fn upgrade(&self) -> HeaderMap {
        HeaderMap::new()
    }

    fn open(&self, _: &Socket<Self>) {}

    fn transform_message(&self, arrived: Message) -> Message {
        arrived
    }

    fn message_text(&self, _: &Socket<Self>, text: String) -> String {
        text
    }

    fn message_who(&self) {}

    fn ping(&self, _: &Socket<Self>, _: Bytes) {}

    fn error(&self, _: Error) {}

    fn close(&self, _: Closed) {}
}

fn main() {
    let _ = Server::new().route(Chat);
}
