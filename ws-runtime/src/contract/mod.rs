//! What both ends of a route know: its path and its types.
//!
//! A [`Contract`] names no handler, so a client can be built on it alone; an [`Endpoint`] adds the types that only the
//! server has. Both are written by the attributes.

mod unset;

pub use self::unset::{NoCookie, NoData, NoHeader, NoParams, NoQuery};
use crate::codec::{Decode, Encode, Part};

/// A route as both ends know it. Written by `#[ws_route("/path", …)]` and `#[ws_contract("/path", …)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the contract of a route",
    label = "no contract",
    note = "put `#[ws_contract(\"/path\")]` on a struct, or `#[ws_route(\"/path\")]` on an impl block"
)]
pub trait Contract: Sized + 'static {
    /// The path, captures in braces: `/chat/{room}`, `/files/{*rest}`.
    const PATH: &'static str;
    /// The doc comments of the block or struct.
    const DOCS: &'static str = "";
    /// One line for a list of routes.
    const SUMMARY: &'static str = "";
    /// Under which headings a document lists the route.
    const TAGS: &'static [&'static str] = &[];
    /// Whether clients should move away from it.
    const DEPRECATED: bool = false;
    /// The subprotocols, in the server's order of preference.
    const PROTOCOLS: &'static [&'static str] = &[];

    /// The member that tells the library's own frames (`validation`, `error`) from the route's messages; `"type"` unless the
    /// contract has a `reserved_tag`.
    const RESERVED_TAG: &'static str = "type";

    /// The captures of the path; [`NoParams`] if it has none.
    type Params: Part;
    /// The query string; [`NoQuery`] if it is not read.
    type Query: Part;
    /// Header fields; [`NoHeader`] if none are read.
    type Header: Part;
    /// Cookies; [`NoCookie`] if none are read.
    type Cookie: Part;
    /// What arrives; [`Message`](crate::Message) if nothing is said.
    type Body: Decode;
    /// What leaves; [`Message`](crate::Message) if nothing is said.
    type Response: Encode;
}

/// The server's end of a contract: the types that handlers deal in. Written by `#[ws_route]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a route",
    label = "no route",
    note = "put `#[ws_route(\"/path\")]` on its impl block"
)]
pub trait Endpoint: Sized + 'static {
    /// What both ends know: `Self`, or the contract that the route serves.
    type Contract: Contract;
    /// What `before_handle` made of the request; [`NoData`] if there is none.
    type Data: Send + Sync + 'static;
}

/// A type that every connection of a server shares.
///
/// An attribute asks it of a block with parameters, as one bound that is one error where it is missing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a route: the connections of several threads share it",
    label = "not `Send + Sync + 'static`",
    note = "give the parameters of its impl block bounds, as in `impl<T: Send + Sync + 'static>`"
)]
pub trait Shared: Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> Shared for T {}

/// A type that is the route of a handler. Each is its own, and no other is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the route of this handler, which is `{Route}`",
    label = "not `{Route}`",
    note = "write `Self`, as in `&Socket<Self>`: a connection is of a route, and not of its contract"
)]
#[doc(hidden)]
pub trait OwnRoute<Route: ?Sized> {}

impl<Route: ?Sized> OwnRoute<Route> for Route {}

/// The captures of a path, as a struct: `Params<Chat>` is a type, a literal and a pattern.
///
/// What the path's captures become is `Clone` and `Debug` where their types are. A struct of your own, as in `params = Seat`,
/// derives whatever else it needs.
pub type Params<C> = <C as Contract>::Params;

/// The message that arrives at an endpoint.
pub type Body<E> = <<E as Endpoint>::Contract as Contract>::Body;
/// The message that leaves an endpoint.
pub type Response<E> = <<E as Endpoint>::Contract as Contract>::Response;

/// The four typed parts of an opening handshake, checked.
pub(crate) struct Parts<C: Contract> {
    pub(crate) params: C::Params,
    pub(crate) query: C::Query,
    pub(crate) header: C::Header,
    pub(crate) cookie: C::Cookie,
}
