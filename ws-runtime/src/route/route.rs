//! The handlers of a route.

use std::future::Future;

use bytes::Bytes;
use http::HeaderMap;

use super::{Error, Options, Outcome, Plain, admit::let_in};
use crate::{
    contract::{BodyOf, Response},
    handshake::{Handshake, RawRequest, Reject},
    message::Message,
    socket::Socket,
    wire::Closed,
};

/// Flags for the handlers that a route has, so that unused work is skipped.
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
    /// No handler.
    pub const NONE: Self = Self {
        message: false,
        transform_message: false,
        drain: false,
        ping: false,
        pong: false,
        error: false,
    };
}

/// A route and its handlers. Implemented by `#[ws_route]`, with one method for each handler of the block.
///
/// From `open` on, the default methods call those of [`Plain`], which has the handlers without `async`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a route",
    label = "not a route",
    note = "put `#[ws_route(\"/path\")]` on the impl block of the type, and pass the route without its path, as in `.route(Chat)`",
    note = "the type parameters of a route must be `Send + Sync + 'static`"
)]
pub trait Route: Plain + Send + Sync {
    /// The options of the attribute.
    const OPTIONS: Options = Options::UNSET;
    /// The handlers of the block.
    const HANDLERS: Handlers = Handlers::NONE;
    /// The doc comments of the handlers, by name.
    const HANDLER_DOCS: &'static [(&'static str, &'static str)] = &[];

    /// Runs before the parts of the request are validated. The request is a well-formed upgrade from a permitted
    /// origin.
    ///
    /// # Errors
    /// The client gets the [`Reject`] in place of the 101, or a close frame right after it. No other handler runs then,
    /// neither [`error`](Self::error) nor [`close`](Self::close). The same holds for the other handshake handlers. A
    /// panic is answered with 500.
    fn parse<'a>(&'a self, _request: &'a mut RawRequest) -> impl Future<Output = Result<(), Reject>> + Send {
        std::future::ready(Ok(()))
    }

    /// Runs after [`parse`](Self::parse), before the parts of the request are validated.
    ///
    /// # Errors
    /// As for [`parse`](Self::parse).
    fn transform<'a>(
        &'a self,
        _request: &'a mut RawRequest,
    ) -> impl Future<Output = Result<(), Reject>> + Send {
        std::future::ready(Ok(()))
    }

    /// Runs once after validation, before the 101. Without it every request is accepted, and `Data` is
    /// [`NoData`](crate::NoData).
    ///
    /// # Errors
    /// As for [`parse`](Self::parse).
    fn before_handle<'a>(
        &'a self,
        _handshake: &'a Handshake<Self>,
    ) -> impl Future<Output = Result<Self::Data, Reject>> + Send {
        let_in()
    }

    /// Returns headers for the 101. One that belongs to the server is a mistake of the application: the client gets
    /// 500.
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

    /// Runs when the socket opens: after all checks, before the first message.
    ///
    /// The 101 is sent when this has returned or first waits, whichever comes first. Topics joined before the first
    /// `.await` are therefore joined by the time the client is connected, and a slow `open` does not delay the
    /// handshake.
    ///
    /// # Backpressure
    /// Messages sent before the 101 are queued behind it. Until then the network accepts none of them, so all of them
    /// count toward `backpressure_limit`.
    fn open<'a>(&'a self, ws: &'a Socket<Self>) -> impl Future<Output = Outcome<'a, Response<Self>>> + Send {
        async move { Plain::open(self, ws) }
    }

    /// Runs before a message is decoded.
    fn transform_message<'a>(
        &'a self,
        ws: &'a Socket<Self>,
        message: Message,
    ) -> impl Future<Output = Message> + Send {
        async move { Plain::transform_message(self, ws, message) }
    }

    /// Handles a valid message.
    fn message<'a>(
        &'a self,
        ws: &'a Socket<Self>,
        body: BodyOf<Self>,
    ) -> impl Future<Output = Outcome<'a, Response<Self>>> + Send {
        async move { Plain::message(self, ws, body) }
    }

    /// Runs when the outbound queue falls below a quarter of `backpressure_limit` after it exceeded half of it, whether
    /// messages were dropped or not; once for each time. [`Socket::drained`] waits for the same event.
    ///
    /// It runs after the messages that have arrived. While the queue is above half, no message is handled.
    fn drain<'a>(&'a self, ws: &'a Socket<Self>) -> impl Future<Output = ()> + Send {
        async move { Plain::drain(self, ws) }
    }

    /// Runs after a ping was received and answered.
    fn ping<'a>(&'a self, ws: &'a Socket<Self>, payload: Bytes) -> impl Future<Output = ()> + Send {
        async move { Plain::ping(self, ws, payload) }
    }

    /// Runs after a pong was received.
    fn pong<'a>(&'a self, ws: &'a Socket<Self>, payload: Bytes) -> impl Future<Output = ()> + Send {
        async move { Plain::pong(self, ws, payload) }
    }

    /// Runs when a handler failed or panicked, or a message was invalid: for the handlers from [`open`](Self::open) on
    /// except [`close`](Self::close), whose panic is logged.
    ///
    /// Its reply replaces the default reply; `()` sends the default. It does not run for itself: if it returns `Err`,
    /// that is logged and the default is sent; if it panics, the connection is closed with 1011. A
    /// [`Close`](crate::Close) as its error closes, as from any handler.
    fn error<'a>(
        &'a self,
        ws: &'a Socket<Self>,
        error: Error,
    ) -> impl Future<Output = Outcome<'a, Response<Self>>> + Send {
        async move { Plain::error(self, ws, error) }
    }

    /// Runs once for each opened socket, after the connection has ended.
    fn close<'a>(&'a self, ws: &'a Socket<Self>, closed: Closed) -> impl Future<Output = ()> + Send {
        async move { Plain::close(self, ws, closed) }
    }
}
