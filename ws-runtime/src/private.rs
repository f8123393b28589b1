//! What the attributes' expansions may name: re-exports alone. Not part of the public API.

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

pub use crate::{
    codec::{Captures, Decode, Encode, Invalid, Part},
    contract::{Body, Contract, Endpoint, Response, Shared},
    wire::{Closed, Deflate, Message},
};
#[cfg(feature = "server")]
pub use crate::{
    handshake::{Handshake, Origins, RawRequest, Reject},
    route::{Admit, Error, Handlers, OnInvalid, Options, Outcome, Plain, Route, admit, extend, pass, reply},
    socket::Socket,
};
