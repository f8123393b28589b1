//! What the fuzz targets do with their bytes. Not part of the API: it is there only when a fuzzer or a test is built.
//!
//! Each function takes any bytes at all and panics where a rule does not hold. The targets in `fuzz/` call them, and a test
//! replays the seeds through them on a stable compiler.

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
