//! The address of a server.

use std::fmt;

use tokio::net::ToSocketAddrs;

/// An address to listen on: any value that tokio can resolve, such as `"127.0.0.1:3000"`, `("::1", 3000)` or a
/// [`SocketAddr`](std::net::SocketAddr). Host names are resolved.
///
/// The trait is implemented for every [`ToSocketAddrs`] that is `Send` and `Debug`, and is sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an address to listen on",
    label = "not an address",
    note = "write host and port: `\"127.0.0.1:3000\"` accepts connections from this machine only, `\"0.0.0.0:3000\"` from other machines too"
)]
pub trait Address: ToSocketAddrs + fmt::Debug + Send {}

#[diagnostic::do_not_recommend]
impl<A: ToSocketAddrs + fmt::Debug + Send> Address for A {}
