//! permessage-deflate (RFC 7692): what may be set, what two ends agree on, and messages made smaller and whole again.
//!
//! Both ends' halves are here, and no socket. A stream of zlib's is some ten to hundreds of kilobytes, so a thread has a few
//! that all its connections borrow; a connection has memory of its own only where takeover of the context was agreed on.

mod deflater;
mod extensions;
mod inflater;
mod negotiation;
mod settings;

pub(super) use self::inflater::most_on_wire;
pub use self::settings::Deflate;
pub(crate) use self::{
    deflater::{Deflater, Deflating, Format, deflate},
    extensions::Malformed,
    inflater::Inflater,
    negotiation::{Agreed, Mismatch, answer, confirm, offer},
};

#[cfg(test)]
mod tests;
