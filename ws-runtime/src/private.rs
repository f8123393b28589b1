//! Names for generated code: re-exports, and functions that only generated code calls. Not part of the public API.

pub use core::{
    cfg,
    clone::Clone,
    concat,
    fmt::Debug,
    option::Option::{self, None, Some},
    primitive::{bool, str},
    result::Result,
    time::Duration,
};
pub use std::string::String;

pub use bytes::Bytes;
#[cfg(feature = "server")]
pub use http::HeaderMap;
pub use serde::ser::{Serialize, SerializeStruct, Serializer};
pub use ws_macros::see_ws_fields_and_ws_variant;

pub use crate::{
    codec::{Captures, Decode, Encode, Invalid, Part},
    contract::{
        BodyOf as Body, Contract, Endpoint, KeepsRequest, NoCookie, NoData, NoHeader, NoParams, NoQuery,
        OwnRoute, Response, Shared,
    },
    message::Message,
    schema::{Sampled, Sampler, Sampling, Unsampled},
};
/// Stands for the code of a route whose block the attribute could not parse. Building such a route fails with this
/// message, unless rustc cannot parse the block either and reports its own error.
pub fn unread<T: ?Sized>() -> ! {
    const { panic!("`#[ws_route]` could not parse this impl block, so none of its handlers would be called") }
}

/// Requires that the route type of a handler's connection implements `Route`.
pub const fn own_route<T: OwnRoute<Route> + ?Sized, Route: ?Sized>() {}

#[cfg(feature = "server")]
pub use crate::{
    handshake::{Handshake, Origins, RawRequest, Reject},
    route::{
        Admit, Content, Error, Handlers, OnInvalid, Options, Outcome, Plain, Route, Transformed, admit,
        choose, content, extend, fixed, open_content, pass, reply, transform,
    },
    socket::Socket,
    wire::{Closed, Deflate},
};
