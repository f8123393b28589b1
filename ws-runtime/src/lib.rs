#![doc = include_str!("../docs/crate.md")]
#![doc = ""]
#![doc = include_str!("../docs/features.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "server")]
mod admission;
#[cfg(feature = "server")]
mod app;
pub mod codec;
#[cfg(feature = "server")]
mod connection;
pub mod contract;
#[cfg(feature = "server")]
mod events;
#[cfg(all(feature = "server", any(fuzzing, test)))]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(all(doc, feature = "testing"))]
pub mod guide;
#[cfg(feature = "server")]
mod handshake;
#[cfg(feature = "server")]
mod memory;
mod message;
#[cfg(feature = "server")]
mod panics;
#[cfg(feature = "server")]
mod pubsub;
#[cfg(feature = "server")]
pub mod route;
mod schema;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "server")]
mod session;
#[cfg(feature = "server")]
pub mod socket;
#[cfg(feature = "server")]
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "server")]
mod tickets;
#[cfg(feature = "server")]
mod turn;
#[cfg(feature = "server")]
mod wire;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

#[doc(inline)]
#[doc = include_str!("../docs/ws_contract.md")]
pub use ws_macros::ws_contract;
/// Marks a handler of a variant in a block with [`ws_route`]. Each argument of the handler is then the field of the
/// variant with the same name.
///
/// Only a handler with a single argument needs the marker; two or more arguments are always fields. [`ws_route`]
/// removes the marker from the block, so it needs no import. Anywhere else it is an error.
///
/// # Examples
///
/// ```
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use ws_runtime::ws_route;
///
/// #[derive(Serialize, Deserialize, JsonSchema)]
/// #[serde(tag = "type", rename_all = "snake_case")]
/// enum Req {
///     Bid { amount: u64 },
/// }
///
/// struct Auction;
///
/// #[ws_route("/auction", body = Req, response = String)]
/// impl Auction {
///     #[ws_fields]
///     fn message_bid(&self, amount: u64) -> String {
///         format!("{amount} is bid")
///     }
/// }
/// ```
#[doc(inline)]
pub use ws_macros::ws_fields;
#[cfg(feature = "server")]
#[doc(inline)]
#[doc = include_str!("../docs/ws_route.md")]
pub use ws_macros::ws_route;
/// Names the variant of a handler, such as `HTTPPing`, if it cannot be derived from the name of the handler.
///
/// Without the marker, `message_http_ping` handles `HttpPing`, because an attribute does not see the enum. [`ws_route`]
/// removes the marker from the block, so it needs no import. Anywhere else it is an error.
///
/// # Examples
///
/// ```
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use ws_runtime::ws_route;
///
/// #[derive(Serialize, Deserialize, JsonSchema)]
/// #[serde(tag = "type")]
/// enum Probe {
///     HTTPPing { host: String, port: u16 },
/// }
///
/// struct Monitor;
///
/// #[ws_route("/monitor", body = Probe, response = String)]
/// impl Monitor {
///     #[ws_variant(HTTPPing)]
///     fn message_http_ping(&self, host: String, port: u16) -> String {
///         format!("{host}:{port} is up")
///     }
/// }
/// ```
#[doc(inline)]
pub use ws_macros::ws_variant;

// Types of other crates that handlers take and return, so that a route does not need these crates as dependencies.
#[doc(no_inline)]
pub use bytes::Bytes;
#[cfg(feature = "server")]
#[doc(no_inline)]
pub use http::HeaderMap;

// The names that applications use. `tests/tidy` counts them.
#[doc(inline)]
pub use self::{contract::Params, message::Message};
#[cfg(feature = "server")]
#[doc(inline)]
pub use self::{
    handshake::{Handshake, RawRequest, Reject},
    route::{BoxError, Error},
    server::{ServeError, Server, shutdown_signal},
    socket::{Channel, Handle, Socket, SubscribeError},
    wire::{Close, Closed, Deflate},
};

// Names that generated code, implementors and signatures need. They are documented in their modules.
#[doc(hidden)]
pub use self::{
    codec::{
        Captures, Decode, Encode, EncodeError, Encoded, Incoming, Invalid, Issue, Kind, Mixed, On, Pairs,
        Part, PartPlan, Plan, SchemaError, Segment, Text,
    },
    contract::{
        Contract, Endpoint, KeepsRequest, NoCookie, NoData, NoHeader, NoParams, NoQuery, Shared, SocketId,
        SocketIdError,
    },
};
#[cfg(feature = "server")]
#[doc(hidden)]
pub use self::{
    route::{
        Admit, Choose, Content, Handlers, IntoReject, OnInvalid, Options, Origins, Outcome, Pass, Plain,
        Refusal, Reply, Route, RouteOptions, Transform, Transformed, by,
    },
    server::{
        Address, Body, ForwardedField, Listener, SetupError, StartError, StartErrors, Upgrade, WsService,
    },
    socket::{
        CloseCause, CloseCodeError, Delivery, Excluded, Initiator, Outgoing, OutgoingRaw, Published,
        ReadyState, Recipients, Shutdown, Subscribed, TopicName, Uncompressed,
    },
};
