//! The wire: messages, close codes, frames and their limits (RFC 6455), and their compression (RFC 7692).
//!
//! This floor knows bytes and the protocol's rules about them, and nothing of JSON, routes, sockets
//! or tasks. It alone names tungstenite, whose text bytes and accept key it uses.

mod accept;
mod close;
mod decoder;
mod deflate;
mod encoder;
mod fault;
mod header;
mod incoming;
mod limits;
mod message;
mod plain;
mod text;

pub(crate) use self::{
    accept::accept_key,
    decoder::{Decoder, Deflated, Frame},
    deflate::{
        Agreed, Deflater, Deflating, Format, Inflater, Malformed, Mismatch, answer, confirm, deflate, offer,
    },
    encoder::Encoder,
    fault::Fault,
    header::Role,
    limits::Limits,
    text::utf8,
};
pub use self::{
    close::{Close, CloseCodeError, Closed, Initiator},
    deflate::Deflate,
    incoming::Incoming,
    message::{Kind, Message, Text},
};
