//! Handlers without `async`.

use bytes::Bytes;

use super::{Error, Outcome};
use crate::{
    contract::{BodyOf, Endpoint, Response},
    message::Message,
    socket::Socket,
    wire::Closed,
};

/// The handlers of a route that are not `async`. Implemented by `#[ws_route]`, beside [`Route`](super::Route).
///
/// Only `Route` is called; its default methods call these. Their futures are therefore compiled in this crate and not
/// in each crate with routes, where the compiler would check every one again. A separate trait keeps the names of
/// handlers in compiler messages. `Send` and `Sync` are required by `Route`, so that a missing one is reported once.
pub trait Plain: Endpoint {
    /// [`Route::open`](super::Route::open).
    fn open<'a>(&'a self, _ws: &'a Socket<Self>) -> Outcome<'a, Response<Self>> {
        Outcome::Unsaid
    }

    /// [`Route::transform_message`](super::Route::transform_message).
    fn transform_message<'a>(&'a self, _ws: &'a Socket<Self>, message: Message) -> Message {
        message
    }

    /// [`Route::message`](super::Route::message).
    fn message<'a>(&'a self, _ws: &'a Socket<Self>, _body: BodyOf<Self>) -> Outcome<'a, Response<Self>> {
        Outcome::Unsaid
    }

    /// [`Route::drain`](super::Route::drain).
    fn drain<'a>(&'a self, _ws: &'a Socket<Self>) {}

    /// [`Route::ping`](super::Route::ping).
    fn ping<'a>(&'a self, _ws: &'a Socket<Self>, _payload: Bytes) {}

    /// [`Route::pong`](super::Route::pong).
    fn pong<'a>(&'a self, _ws: &'a Socket<Self>, _payload: Bytes) {}

    /// [`Route::error`](super::Route::error).
    fn error<'a>(&'a self, _ws: &'a Socket<Self>, _error: Error) -> Outcome<'a, Response<Self>> {
        Outcome::Unsaid
    }

    /// [`Route::close`](super::Route::close).
    fn close<'a>(&'a self, _ws: &'a Socket<Self>, _closed: Closed) {}
}
