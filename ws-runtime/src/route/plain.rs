//! The handlers that nothing waits for.

use bytes::Bytes;

use super::{Error, Outcome};
use crate::{
    contract::{Body, Endpoint, Response},
    socket::Socket,
    wire::{Closed, Message},
};

/// The handlers of a route that are not `async`. Written by `#[ws_route]`, beside [`Route`](super::Route).
///
/// `Route` alone is called, and its defaults call these. So it is in this crate that their futures are made, and not anew in
/// each crate with routes, where the compiler would check every one of them again. They are a trait of their own for the sake
/// of their names: the compiler's messages name a handler as it was written. `Send` and `Sync` are asked for by `Route`, so
/// that a type that is not is reported once.
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
    fn message<'a>(&'a self, _ws: &'a Socket<Self>, _body: Body<Self>) -> Outcome<'a, Response<Self>> {
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
