//! The address of a server.

use std::fmt;

use tokio::net::ToSocketAddrs;

/// An address to listen on: anything that tokio can resolve, such as `"127.0.0.1:3000"`, `("::1", 3000)` or a
/// [`SocketAddr`](std::net::SocketAddr). A host name is resolved.
///
/// Implemented for every [`ToSocketAddrs`] that is `Send` and `Debug`. The trait is sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no address to listen on",
    label = "no address",
    note = "an address is `Send`, and has a host and a port: `\"127.0.0.1:3000\"` is for this machine alone, `\"0.0.0.0:3000\"` for its networks too"
)]
pub trait Address: ToSocketAddrs + fmt::Debug + Send {}

#[diagnostic::do_not_recommend]
impl<A: ToSocketAddrs + fmt::Debug + Send> Address for A {}
