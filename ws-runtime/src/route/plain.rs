//! Handlers without `async`.

use bytes::Bytes;

use super::{Error, Outcome, Transformed};
use crate::{
    contract::{BodyOf, Endpoint, Response},
    message::Message,
    socket::Socket,
    wire::Closed,
};

/// The handlers of a route that are not `async`. `#[ws_route]` implements this trait together with
/// [`Route`](super::Route).
///
/// The connection calls `Route` only, and its default methods call these. Their futures are therefore compiled in this
/// crate, and not checked again by the compiler in each crate with routes. A separate trait keeps the names of handlers
/// in compiler messages. `Send` and `Sync` are required by `Route`, so that a missing one is reported once.
pub trait Plain: Endpoint {
    /// The default of [`Route::open`](super::Route::open).
    fn open<'a>(&'a self, _ws: &'a Socket<Self>) -> Outcome<'a, Response<Self>> {
        Outcome::Unsaid
    }

    /// The default of [`Route::transform_message`](super::Route::transform_message).
    fn transform_message<'a>(&'a self, _ws: &'a Socket<Self>, message: Message) -> Transformed {
        Transformed::Message(message)
    }

    /// The default of [`Route::message`](super::Route::message).
    fn message<'a>(&'a self, _ws: &'a Socket<Self>, _body: BodyOf<Self>) -> Outcome<'a, Response<Self>> {
        Outcome::Unsaid
    }

    /// The default of [`Route::drain`](super::Route::drain).
    fn drain<'a>(&'a self, _ws: &'a Socket<Self>) {}

    /// The default of [`Route::ping`](super::Route::ping).
    fn ping<'a>(&'a self, _ws: &'a Socket<Self>, _payload: Bytes) {}

    /// The default of [`Route::pong`](super::Route::pong).
    fn pong<'a>(&'a self, _ws: &'a Socket<Self>, _payload: Bytes) {}

    /// The default of [`Route::error`](super::Route::error).
    fn error<'a>(&'a self, _ws: &'a Socket<Self>, _error: Error) -> Outcome<'a, Response<Self>> {
        Outcome::Unsaid
    }

    /// The default of [`Route::close`](super::Route::close).
    fn close<'a>(&'a self, _ws: &'a Socket<Self>, _closed: Closed) {}
}
