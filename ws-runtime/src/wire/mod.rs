//! The wire protocol: close codes, frames and their limits (RFC 6455), and compression (RFC 7692).
//!
//! This module handles bytes and protocol rules only, without JSON, routes, sockets or tasks. It is the only module
//! that names tungstenite, whose accept key it uses.

mod accept;
mod close;
mod decoder;
mod deflate;
mod encoder;
mod fault;
mod header;
mod limits;
mod plain;
mod text;

#[cfg(any(feature = "testing", fuzzing, test))]
pub(crate) use self::deflate::{Mismatch, confirm, offer};
pub(crate) use self::{
    accept::accept_key,
    decoder::{Decoder, Deflated, Frame},
    deflate::{Agreed, Deflater, Deflating, Format, Inflater, MalformedExtensions, answer, deflate},
    encoder::Encoder,
    fault::Fault,
    header::Role,
    limits::Limits,
    text::utf8,
};
pub use self::{
    close::{Close, CloseCause, CloseCodeError, Closed, Initiator},
    deflate::Deflate,
};
