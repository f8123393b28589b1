//! What the attributes' expansions may name: re-exports, and what only they call. Not part of the public API.

pub use core::{
    cfg,
    clone::Clone,
    concat,
    fmt::Debug,
    option::Option::Some,
    primitive::{bool, str},
    result::Result,
    time::Duration,
};
pub use std::string::String;

pub use bytes::Bytes;
pub use http::HeaderMap;
pub use ws_macros::Variants;

pub use crate::{
    codec::{Captures, Decode, Encode, Invalid, Part},
    contract::{
        Body, Contract, Endpoint, NoCookie, NoData, NoHeader, NoParams, NoQuery, OwnRoute, Response, Shared,
    },
    wire::{Closed, Deflate, Message},
};
/// Stands in `T`, a route whose block an attribute could not read. Whoever builds such a route is told so: after the compiler's
/// own errors, of which there is one, nothing is built, so that it says this only where it could read what we could not.
pub fn unread<T: ?Sized>() -> ! {
    const {
        panic!(
            "the attribute cannot read something in this block, so that none of its handlers would be called"
        )
    }
}

/// Asks of the type that stands as the route of a handler's connection to be `Route`.
pub const fn own_route<T: OwnRoute<Route> + ?Sized, Route: ?Sized>() {}

#[cfg(feature = "server")]
pub use crate::{
    handshake::{Handshake, Origins, RawRequest, Reject},
    route::{
        Admit, Content, Error, Handlers, OnInvalid, Options, Outcome, Plain, Route, admit, content, extend,
        fixed, open_content, pass, reply,
    },
    socket::Socket,
};
