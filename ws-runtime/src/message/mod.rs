//! Messages as applications see them. This module needs no transport.

mod incoming;
mod message;
mod text;

#[cfg(feature = "server")]
pub(crate) use self::incoming::IncomingPayload;
pub use self::{
    incoming::Incoming,
    message::{Kind, Message},
    text::Text,
};
