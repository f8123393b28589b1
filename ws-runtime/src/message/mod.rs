//! Messages as applications see them. This module does not depend on a transport.

mod incoming;
mod message;
mod text;

#[cfg(feature = "server")]
pub(crate) use self::incoming::IncomingPayload;
pub(crate) use self::text::truncated;
pub use self::{
    incoming::Incoming,
    message::{Kind, Message},
    text::Text,
};
