//! Parts that the benchmarks share: an in-memory server, its routes, and client input.
//!
//! The crate uses only the public API.

mod frame;
mod memory;
mod routes;

pub use self::{
    frame::{answer_length, handshake, masked},
    memory::{Peer, Rig, runtime},
    routes::{Bare, Checked, Choice, Echo, Greet, Reply, Room, Sink, Source, Typed, server},
};

/// Number of messages in flight in a batch.
pub const BATCH: usize = 32;
/// Size of a small message's payload, in bytes.
pub const SMALL: usize = 64;
