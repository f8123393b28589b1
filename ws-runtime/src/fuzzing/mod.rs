//! The functions behind the fuzz targets. They are not part of the API and are compiled only for fuzzers and tests.
//!
//! Each function accepts any bytes, and panics if the library violates a rule. The targets in `fuzz/` call the
//! functions, and a test replays the seeds on a stable compiler.

mod deflate;
mod frames;
mod handshake;
mod input;
mod json;
mod parts;
#[cfg(test)]
mod replay;
mod topics;

pub use self::{
    deflate::{deflate_negotiation, inflate},
    frames::frames,
    handshake::handshake,
    json::json,
    parts::parts,
    topics::topics,
};
