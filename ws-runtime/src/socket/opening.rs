//! The values that the handshake leaves to a socket.

use std::net::SocketAddr;

use http::Request;

use crate::contract::{Endpoint, Parts};

/// Erases the types of the values. With a request, the socket keeps it.
pub(super) fn opened<E: Endpoint>(opening: Opening<E>, request: Option<Request<()>>) -> Box<dyn Opened<E>> {
    match request {
        None => Box::new(opening),
        Some(request) => Box::new(OpeningWithRequest { opening, request }),
    }
}

/// [`Opening`] as a trait object, which hides its types from the compiler. If one of them is not `Sync`, the compiler
/// then reports that once, at its declaration, and not again for the future of each handler.
pub(super) trait Opened<E: Endpoint>: Send + Sync {
    fn get(&self) -> &Opening<E>;

    /// The request, if the route keeps it.
    fn request(&self) -> Option<&Request<()>>;
}

impl<E: Endpoint> Opened<E> for Opening<E> {
    fn get(&self) -> &Self {
        self
    }

    fn request(&self) -> Option<&Request<()>> {
        None
    }
}

/// [`Opening`] with the request, so that sockets of other routes have no place for one.
struct OpeningWithRequest<E: Endpoint> {
    opening: Opening<E>,
    request: Request<()>,
}

impl<E: Endpoint> Opened<E> for OpeningWithRequest<E> {
    fn get(&self) -> &Opening<E> {
        &self.opening
    }

    fn request(&self) -> Option<&Request<()>> {
        Some(&self.request)
    }
}

/// The values that the handshake leaves to the socket.
pub(crate) struct Opening<E: Endpoint> {
    pub(crate) remote_addr: Option<SocketAddr>,
    pub(crate) protocol: Option<&'static str>,
    pub(crate) parts: Parts<E::Contract>,
    pub(crate) data: E::Data,
}
