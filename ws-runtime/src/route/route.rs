//! The handlers of a route.

use std::future::Future;

use bytes::Bytes;
use http::HeaderMap;

use super::{Error, Options, Outcome, Plain, Transformed, admit::accept_all};
use crate::{
    contract::{BodyOf, Response},
    handshake::{Handshake, RawRequest, Reject},
    message::Message,
    socket::Socket,
    wire::Closed,
};

/// One flag for each optional handler, so that a connection skips work that no handler needs.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each flag has the name of its handler")]
#[expect(clippy::struct_excessive_bools, reason = "one flag for each handler, evaluated at compile time")]
pub struct Handlers {
    pub message: bool,
    pub transform_message: bool,
    pub drain: bool,
    pub ping: bool,
    pub pong: bool,
    pub error: bool,
}

impl Handlers {
    /// No optional handler exists.
    pub const NONE: Self = Self {
        message: false,
        transform_message: false,
        drain: false,
        ping: false,
        pong: false,
        error: false,
    };
}

/// A route and its handlers. `#[ws_route]` implements this trait, with one method for each handler of the block.
///
/// From `open` on, the default methods call the methods of [`Plain`], which has the handlers without `async`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a route",
    label = "not a route",
    note = "put `#[ws_route(\"/path\")]` on the impl block of the type, and pass the route without its path, as in `.route(Chat)`",
    note = "the type parameters of a route must be `Send + Sync + 'static`"
)]
pub trait Route: Plain + Send + Sync {
    /// The options that the attribute sets.
    const OPTIONS: Options = Options::UNSET;
    /// Flags for the optional handlers that the block has.
    const HANDLERS: Handlers = Handlers::NONE;
    /// The doc comments of the handlers, by the name of the handler.
    const HANDLER_DOCS: &'static [(&'static str, &'static str)] = &[];

    /// Runs before the parts of the request are validated. The request is a well-formed upgrade from a permitted
    /// origin.
    ///
    /// # Errors
    /// Returns a [`Reject`], which the client gets instead of the 101, or as a close frame directly after it. No other
    /// handler runs then, neither [`error`](Self::error) nor [`close`](Self::close). A panic is answered with 500. All
    /// of this also applies to the other handshake handlers.
    fn transform<'a>(
        &'a self,
        _request: &'a mut RawRequest,
    ) -> impl Future<Output = Result<(), Reject>> + Send {
        std::future::ready(Ok(()))
    }

    /// Chooses the subprotocol after validation. Without it, the first subprotocol of the route that was offered is chosen.
    ///
    /// A choice that was not offered, or is not one of the route's `protocols` if it has any, is a mistake of the
    /// application: it is logged, and the client gets 500 (RFC 6455 §4.2.2).
    ///
    /// # Errors
    /// As for [`transform`](Self::transform).
    fn protocol<'a>(
        &'a self,
        handshake: &'a Handshake<Self>,
    ) -> impl Future<Output = Result<Option<&'static str>, Reject>> + Send {
        std::future::ready(Ok(handshake.protocol()))
    }

    /// Runs once after validation and [`protocol`](Self::protocol), before the 101. By default, every request is accepted,
    /// and `Data` is
    /// [`NoData`](crate::NoData).
    ///
    /// # Errors
    /// As for [`transform`](Self::transform).
    fn before_handle<'a>(
        &'a self,
        _handshake: &'a Handshake<Self>,
    ) -> impl Future<Output = Result<Self::Data, Reject>> + Send {
        accept_all()
    }

    /// Returns headers for the 101. If one of them is set by the server itself, the application has made a mistake, and
    /// the client gets 500.
    ///
    /// # Errors
    /// As for [`transform`](Self::transform). The data of the connection is dropped.
    fn upgrade<'a>(
        &'a self,
        _handshake: &'a Handshake<Self>,
        _data: &'a Self::Data,
    ) -> impl Future<Output = Result<HeaderMap, Reject>> + Send {
        std::future::ready(Ok(HeaderMap::new()))
    }

    /// Runs when the socket opens, after all checks and before the first message.
    ///
    /// The 101 is sent when this method returns or waits for the first time. Topics joined before the first `.await`
    /// are therefore joined by the time the client is connected, and a slow `open` does not delay the handshake.
    ///
    /// # Backpressure
    /// Messages sent before the 101 are queued behind it. No bytes are written until then, so all these messages count
    /// toward `backpressure_limit`.
    fn open<'a>(&'a self, ws: &'a Socket<Self>) -> impl Future<Output = Outcome<'a, Response<Self>>> + Send {
        async move { Plain::open(self, ws) }
    }

    /// Runs before a message is decoded. Returns the message to decode, or drops or refuses it.
    fn transform_message<'a>(
        &'a self,
        ws: &'a Socket<Self>,
        message: Message,
    ) -> impl Future<Output = Transformed> + Send {
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

    /// Runs each time the outbound queue falls below a quarter of `backpressure_limit` after it exceeded half of it,
    /// even if no message was dropped. [`Socket::drained`] waits for the same event.
    ///
    /// The messages that have already arrived are handled first. While the queue is above half of the limit, no message
    /// is handled.
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

    /// Runs when a handler fails or panics, or a message is invalid. This applies to the handlers from
    /// [`open`](Self::open) on, except [`close`](Self::close), whose panic is only logged.
    ///
    /// The reply of this handler replaces the default reply; `()` sends the default reply. A failure of this handler
    /// does not run it again: an `Err` is logged and the default reply is sent, and a panic closes the connection with
    /// 1011. As in any handler, a [`Close`](crate::Close) as the error closes the connection.
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
