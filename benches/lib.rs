//! Shared by the benches: a server in memory, the routes that it serves, and what a client sends.
//!
//! It must not know what is measured, nor reach into the library: what a bench needs, the public API gives.

mod frame;
mod memory;
mod routes;

pub use self::{
    frame::{answer_length, handshake, masked},
    memory::{Peer, Rig, runtime},
    routes::{Bare, Checked, Choice, Echo, Greet, Reply, Room, Sink, Source, Typed, server},
};

/// How many messages a client has under way at once, where it does not wait for each answer.
pub const BATCH: usize = 32;
/// The payload of a small message, in bytes.
pub const SMALL: usize = 64;
