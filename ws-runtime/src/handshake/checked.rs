//! The opening handshake after its parts are checked, as `before_handle` and `upgrade` see it.

use std::{fmt, net::SocketAddr};

use http::{Extensions, HeaderMap, Uri};

use super::{RawRequest, subprotocol::Offers};
use crate::contract::{Contract, Endpoint, Parts};

/// An opening handshake whose parts have passed their schemas.
///
/// Nothing is sent yet: `before_handle` may still refuse it with any status.
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

    /// Keeps what the connection needs: the typed parts, where it comes from, and the subprotocol.
    pub(crate) fn into_parts(self) -> (Parts<E::Contract>, Option<SocketAddr>, Option<&'static str>) {
        (self.parts, self.request.remote_addr(), self.protocol)
    }

    /// Returns the captures of the path.
    pub fn params(&self) -> &<E::Contract as Contract>::Params {
        &self.parts.params
    }

    /// Returns the query.
    pub fn query(&self) -> &<E::Contract as Contract>::Query {
        &self.parts.query
    }

    /// Returns the header fields that the route declares.
    pub fn header(&self) -> &<E::Contract as Contract>::Header {
        &self.parts.header
    }

    /// Returns the cookies that the route declares.
    pub fn cookie(&self) -> &<E::Contract as Contract>::Cookie {
        &self.parts.cookie
    }

    /// Returns the request that the parts were read from, with what `parse` and `transform` changed.
    pub fn request(&self) -> &RawRequest {
        &self.request
    }

    /// Returns all header fields of the request.
    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// Returns the request's target as it was sent.
    ///
    /// A path has several spellings (`/%61dmin` is `/admin`), so compare captures rather than the path that it holds.
    pub fn uri(&self) -> &Uri {
        self.request.uri()
    }

    /// Returns the client's address, as [`Socket::remote_addr`](crate::Socket::remote_addr) does; `None` if nobody vouches for one.
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.request.remote_addr()
    }

    /// Returns what middleware, `parse` and `transform` have left.
    pub fn extensions(&self) -> &Extensions {
        self.request.extensions()
    }

    /// Returns the subprotocols that the client offers, in its order.
    pub fn offered_protocols(&self) -> &[String] {
        self.offers.as_slice()
    }

    /// Returns the subprotocol that the connection will speak: the route's first that the client offers.
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
