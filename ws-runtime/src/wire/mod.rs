//! The wire: messages, close codes, frames and their limits (RFC 6455), and their compression (RFC 7692).
//!
//! This floor knows bytes and the protocol's rules about them, and nothing of JSON, routes, sockets
//! or tasks. It alone names tungstenite, whose frame headers, close codes and accept key it uses.

mod accept;
mod close;
mod decoder;
mod deflate;
mod encoder;
mod fault;
mod limits;
mod message;

pub(crate) use self::{
    accept::accept_key,
    decoder::{Decoder, Frame, Role},
    deflate::{
        Agreed, Deflater, Deflating, Format, Inflater, Malformed, Mismatch, answer, confirm, deflate, offer,
    },
    encoder::Encoder,
    fault::Fault,
    limits::Limits,
};
pub use self::{
    close::{Close, CloseCodeError, Closed, Initiator},
    decoder::Incoming,
    deflate::Deflate,
    message::{Kind, Message, Text},
};
