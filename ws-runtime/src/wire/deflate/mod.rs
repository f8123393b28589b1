//! permessage-deflate (RFC 7692): settings, negotiation, compression and decompression.
//!
//! Both ends, without IO. A zlib stream takes tens to hundreds of kilobytes, so each thread keeps a few that its
//! connections borrow. A connection keeps its own memory only if context takeover was negotiated.

mod deflater;
mod extensions;
mod inflater;
mod negotiation;
mod settings;

pub(super) use self::inflater::most_on_wire;
#[cfg(any(feature = "testing", fuzzing, test))]
pub(crate) use self::negotiation::{Mismatch, confirm, offer};
pub use self::settings::Deflate;
pub(crate) use self::{
    deflater::{Deflater, Deflating, Format, deflate},
    extensions::MalformedExtensions,
    inflater::Inflater,
    negotiation::{Agreed, answer},
};

#[cfg(test)]
mod tests;
