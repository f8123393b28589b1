//! The handlers of a route.

use std::future::Future;

use bytes::Bytes;
use http::HeaderMap;

use super::{Error, Options, Outcome, Plain, admit::let_in};
use crate::{
    contract::{Body, Response},
    handshake::{Handshake, RawRequest, Reject},
    socket::Socket,
    wire::{Closed, Message},
};

/// Which handlers a route has: what no handler waits for is not prepared.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each is the handler of its name")]
#[expect(clippy::struct_excessive_bools, reason = "one question a handler, asked at compile time")]
pub struct Handlers {
    pub message: bool,
    pub transform_message: bool,
    pub drain: bool,
    pub ping: bool,
    pub pong: bool,
    pub error: bool,
}

impl Handlers {
    /// None of them.
    pub const NONE: Self = Self {
        message: false,
        transform_message: false,
        drain: false,
        ping: false,
        pong: false,
        error: false,
    };
}

/// A route with its handlers. Written by `#[ws_route]`, one method for each handler of the block.
///
/// From `open` on it falls back on [`Plain`], which has the handlers that nothing waits for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a route",
    label = "no route",
    note = "put `#[ws_route(\"/path\")]` on its impl block; `Server::route` takes the route alone, as in `.route(Chat)`: its path is in the attribute",
    note = "if that has parameters, they stand for types that are `Send + Sync + 'static`"
)]
pub trait Route: Plain + Send + Sync {
    /// What the attribute sets.
    const OPTIONS: Options = Options::UNSET;
    /// Which handlers the block has.
    const HANDLERS: Handlers = Handlers::NONE;
    /// The handlers' doc comments, by name.
    const HANDLER_DOCS: &'static [(&'static str, &'static str)] = &[];

    /// Before the request's parts are checked: it is a well-formed upgrade, of an origin that may connect.
    ///
    /// # Errors
    /// The client gets the [`Reject`] in place of the 101, or a close frame right behind it. No other handler is called then, not
    /// [`error`](Self::error) and not [`close`](Self::close) either. So it is with the other handlers of the handshake. One that
    /// panics is answered with 500.
    fn parse<'a>(&'a self, _request: &'a mut RawRequest) -> impl Future<Output = Result<(), Reject>> + Send {
        std::future::ready(Ok(()))
    }

    /// After [`parse`](Self::parse), before the four request schemas are checked.
    ///
    /// # Errors
    /// As for [`parse`](Self::parse).
    fn transform<'a>(
        &'a self,
        _request: &'a mut RawRequest,
    ) -> impl Future<Output = Result<(), Reject>> + Send {
        std::future::ready(Ok(()))
    }

    /// After they passed, before the 101; exactly once. Without it everybody is let in, and `Data` is [`NoData`](crate::NoData).
    ///
    /// # Errors
    /// As for [`parse`](Self::parse).
    fn before_handle<'a>(
        &'a self,
        _handshake: &'a Handshake<Self>,
    ) -> impl Future<Output = Result<Self::Data, Reject>> + Send {
        let_in()
    }

    /// The fields that the 101 gets. One that is the server's own is the application's mistake: the client gets 500.
    ///
    /// # Errors
    /// As for [`parse`](Self::parse). The data is dropped.
    fn upgrade<'a>(
        &'a self,
        _handshake: &'a Handshake<Self>,
        _data: &'a Self::Data,
    ) -> impl Future<Output = Result<HeaderMap, Reject>> + Send {
        std::future::ready(Ok(HeaderMap::new()))
    }

    /// The socket is open: after all checks, before the first message.
    ///
    /// The 101 leaves when this has returned or waits for the first time, whichever comes first. So what it did until then, such
    /// as a subscription, is certain to whoever sees the 101, and a slow one does not hold the handshake up.
    ///
    /// # Backpressure
    /// What is sent before the 101 is queued and goes out behind it; until then no network takes any of it, so all of it counts
    /// towards `backpressure_limit`.
    fn open<'a>(&'a self, ws: &'a Socket<Self>) -> impl Future<Output = Outcome<'a, Response<Self>>> + Send {
        async move { Plain::open(self, ws) }
    }

    /// Before a message is decoded.
    fn transform_message<'a>(
        &'a self,
        ws: &'a Socket<Self>,
        message: Message,
    ) -> impl Future<Output = Message> + Send {
        async move { Plain::transform_message(self, ws, message) }
    }

    /// A valid message.
    fn message<'a>(
        &'a self,
        ws: &'a Socket<Self>,
        body: Body<Self>,
    ) -> impl Future<Output = Outcome<'a, Response<Self>>> + Send {
        async move { Plain::message(self, ws, body) }
    }

    /// The outbound queue is below a quarter of `backpressure_limit` after it was above half of it, whether anything was dropped
    /// or not; once for each time. [`Socket::drained`] waits for the same.
    ///
    /// It is called when the messages that have arrived are handled; while the queue is above half, none is.
    fn drain<'a>(&'a self, ws: &'a Socket<Self>) -> impl Future<Output = ()> + Send {
        async move { Plain::drain(self, ws) }
    }

    /// A ping arrived; it is answered already.
    fn ping<'a>(&'a self, ws: &'a Socket<Self>, payload: Bytes) -> impl Future<Output = ()> + Send {
        async move { Plain::ping(self, ws, payload) }
    }

    /// A pong arrived.
    fn pong<'a>(&'a self, ws: &'a Socket<Self>, payload: Bytes) -> impl Future<Output = ()> + Send {
        async move { Plain::pong(self, ws, payload) }
    }

    /// A handler failed or panicked, or a message was invalid. It is called for the handlers from [`open`](Self::open) on, but for
    /// [`close`](Self::close), whose panic is logged.
    ///
    /// Its reply takes the place of the default answer, which `()` lets go. It is not called for itself: where it returns `Err`,
    /// that is logged and the default goes; where it panics, the connection is closed with 1011. A [`Close`](crate::Close) as
    /// its error closes, as from any handler.
    fn error<'a>(
        &'a self,
        ws: &'a Socket<Self>,
        error: Error,
    ) -> impl Future<Output = Outcome<'a, Response<Self>>> + Send {
        async move { Plain::error(self, ws, error) }
    }

    /// The connection has ended; exactly once for each opened socket.
    fn close<'a>(&'a self, ws: &'a Socket<Self>, closed: Closed) -> impl Future<Output = ()> + Send {
        async move { Plain::close(self, ws, closed) }
    }
}
