//! Shared by the benchmarks: an in-memory server, its routes, and client input.
//!
//! Uses the public API only and does not depend on what is measured.

mod frame;
mod memory;
mod routes;

pub use self::{
    frame::{answer_length, handshake, masked},
    memory::{Peer, Rig, runtime},
    routes::{Bare, Checked, Choice, Echo, Greet, Reply, Room, Sink, Source, Typed, server},
};

/// The number of messages in flight in a batch.
pub const BATCH: usize = 32;
/// The payload of a small message, in bytes.
pub const SMALL: usize = 64;
