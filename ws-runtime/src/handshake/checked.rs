//! The handshake after its parts are validated, as passed to `before_handle` and `upgrade`.

use std::{fmt, net::SocketAddr};

use http::{Extensions, HeaderMap, Uri};

use super::{RawRequest, bearer::bearer, subprotocol::Offers};
use crate::contract::{Contract, Endpoint, Parts};

/// A handshake whose parts match their schemas.
///
/// No response has been sent yet, so `before_handle` may still reject the handshake with any status.
///
/// # Examples
/// ```
/// use ws_runtime::{Handshake, Reject, Socket, ws_route};
///
/// /// The user of a connection.
/// struct User(String);
///
/// struct Members;
///
/// #[ws_route("/members/{club}", response = String)]
/// impl Members {
///     async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<User, Reject> {
///         match handshake.bearer() {
///             // An application looks the token up.
///             Some("42") => Ok(User(format!("a member of {}", handshake.params().club))),
///             Some(_) => Err(Reject::status(403)),
///             None => Err(Reject::status(401)),
///         }
///     }
///
///     fn open(&self, ws: &Socket<Self>) -> String {
///         format!("welcome, {}", ws.data().0)
///     }
/// }
/// ```
pub struct Handshake<E: Endpoint> {
    request: RawRequest,
    parts: Parts<E::Contract>,
    offers: Offers,
    protocol: Option<&'static str>,
}

impl<E: Endpoint> Handshake<E> {
    pub(crate) fn new(
        request: RawRequest,
        parts: Parts<E::Contract>,
        offers: Offers,
        protocol: Option<&'static str>,
    ) -> Self {
        Self { request, parts, offers, protocol }
    }

    /// Returns what the connection may keep: the typed parts, the request and the subprotocol.
    pub(crate) fn into_parts(self) -> (Parts<E::Contract>, RawRequest, Option<&'static str>) {
        (self.parts, self.request, self.protocol)
    }

    /// Returns what is wrong with the choice of the route's handler.
    pub(crate) fn protocol_fault(&self, chosen: &str) -> Option<&'static str> {
        self.offers.fault(chosen, <E::Contract as Contract>::PROTOCOLS)
    }

    /// Replaces the choice of the subprotocol by that of the route's handler.
    pub(crate) fn set_protocol(&mut self, chosen: Option<&'static str>) {
        self.protocol = chosen;
    }

    /// Returns the captures of the path, as the route's `params` type.
    pub fn params(&self) -> &<E::Contract as Contract>::Params {
        &self.parts.params
    }

    /// Returns the query, as the route's `query` type.
    pub fn query(&self) -> &<E::Contract as Contract>::Query {
        &self.parts.query
    }

    /// Returns the headers that the route declares, as its `header` type.
    pub fn header(&self) -> &<E::Contract as Contract>::Header {
        &self.parts.header
    }

    /// Returns the cookies that the route declares, as its `cookie` type.
    pub fn cookie(&self) -> &<E::Contract as Contract>::Cookie {
        &self.parts.cookie
    }

    /// Returns the request from which the parts were read, with the changes of `transform`.
    pub fn request(&self) -> &RawRequest {
        &self.request
    }

    /// Returns all headers of the request.
    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// Returns the request target as sent.
    ///
    /// A path has several spellings (`/%61dmin` is `/admin`), so compare captures and not the path of the target.
    pub fn uri(&self) -> &Uri {
        self.request.uri()
    }

    /// Returns the address of the client, as [`Socket::remote_addr`](crate::Socket::remote_addr) does; `None` if it is
    /// unknown.
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.request.remote_addr()
    }

    /// Returns the extensions set by middleware and `transform`.
    pub fn extensions(&self) -> &Extensions {
        self.request.extensions()
    }

    /// Returns the bearer token of the client, from `Authorization: Bearer <token>` (RFC 6750 §2.1), or else from an
    /// offered subprotocol `bearer.<token>`. `None` if there is no token, or more than one.
    ///
    /// Browsers cannot set headers of a WebSocket. A page offers the token as a subprotocol, in addition to a
    /// subprotocol of the route: `new WebSocket(url, ["v1", "bearer." + token])`. A browser fails the connection if
    /// none of the offered subprotocols is chosen, and `bearer.<token>` is never chosen, so the route needs
    /// `protocols`. The token must consist of the characters of an HTTP token (RFC 9110 §5.6.2), such as base64url
    /// without padding in a JWT, but not base64.
    pub fn bearer(&self) -> Option<&str> {
        bearer(self.request.headers(), &self.offers)
    }

    /// Returns the offered subprotocols, in the client's order. One that begins with `bearer.` contains a
    /// [token](Self::bearer).
    pub fn offered_protocols(&self) -> &[String] {
        self.offers.as_slice()
    }

    /// Returns the negotiated subprotocol: that of the route's `protocol` handler, otherwise the first one of the route's
    /// `protocols` that the client offers. In `protocol` itself it is the latter. `None` if there is no such subprotocol.
    pub fn protocol(&self) -> Option<&'static str> {
        self.protocol
    }
}

impl<E: Endpoint> fmt::Debug for Handshake<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("request", &self.request)
            .field("protocol", &self.protocol)
            .finish_non_exhaustive()
    }
}
