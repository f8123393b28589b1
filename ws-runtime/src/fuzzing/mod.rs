//! The functions behind the fuzz targets. Not part of the API: compiled only for fuzzers and tests.
//!
//! Each function accepts any bytes and panics if a rule is violated. The targets in `fuzz/` call them, and a test
//! replays the seeds on a stable compiler.

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
